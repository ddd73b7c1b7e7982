import { readFileSync } from 'node:fs';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { z } from 'zod';

const markFile = z.strictObject({
  mark: z.string().regex(/^[0-9a-f]{32}$/),
  /** The mark that was about to be written into the database; the start may have ended before or after. */
  next: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
});

type Marks = z.infer<typeof markFile>;

/**
 * The mark of the hub's database, kept beside it. Each start writes a fresh one into both; a database that does not have the
 * mark of the last start is another one than the hub left: an older one, put back.
 */
export class DatabaseMark {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether a database with this mark (undefined: none yet) is the one that the hub left, as far as can be told. */
  isOf(mark: string | undefined): boolean {
    const kept = this.#read();
    // Neither knows: a new hub, or one that was updated from before marks were kept.
    if (kept === undefined) return mark === undefined;
    return mark !== undefined && (mark === kept.mark || mark === kept.next);
  }

  /** Says which mark will be written into the database that has this one now: until it is {@link written}, both are good. */
  willWrite(present: string | undefined, next: string): void {
    this.#write(present === undefined ? { mark: next } : { mark: present, next });
  }

  /** Says that the database has this mark, and no other from now on. */
  written(mark: string): void {
    this.#write({ mark });
  }

  #read(): Marks | undefined {
    try {
      return markFile.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // A mark that is not there or cannot be read proves nothing, and is as good as another one.
      return undefined;
    }
  }

  #write(marks: Marks): void {
    writeSecretFile(this.#path, `${JSON.stringify(marks)}\n`);
  }
}
