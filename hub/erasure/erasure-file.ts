import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';

const line = z.strictObject({ patient: z.uuid(), facility: z.string(), reason: z.string(), at: z.iso.datetime() });

/** One patient who is to be erased: the id alone, which tells nobody anything. */
export type WantedErasure = z.infer<typeof line>;

/**
 * The erasures that were asked for, in a file beside the database: a hub that is put back to a backup has them still. A line is
 * on the disk before anything is erased, and never taken back.
 */
export class ErasureFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Adds one; it is on the disk when this returns. */
  add(wanted: WantedErasure): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const text = this.#text();
    // Behind a half line it would be read as a part of that.
    const begin = text === '' || text.endsWith('\n') ? '' : '\n';
    const file = openSync(this.#path, 'a', 0o600);
    try {
      writeFileSync(file, `${begin}${JSON.stringify(wanted)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** All that were ever asked for, by patient. A line that a power cut left half is skipped: nothing followed from it. */
  all(): ReadonlyMap<string, WantedErasure> {
    const lines = this.#text().split('\n');
    const whole = lines.slice(0, -1).map((text) => line.safeParse(jsonOf(text)));
    const readable = whole.flatMap((parsed) => (parsed.success ? [parsed.data] : []));
    return new Map(readable.map((wanted) => [wanted.patient, wanted]));
  }

  #text(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw failHub('SH-C317', { why: this.#path, cause });
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
