import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OnProgress } from '../http/progress-answer.ts';

const BESIDE = '.part';

/**
 * Writes a file on a stick that may be pulled out at any moment, or be full: under another name until it is whole and on the
 * medium. Whatever fails removes the part and leaves other files alone; what the system said is thrown.
 */
export async function writeStickFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const beside = path + BESIDE;
  const file = openSync(beside, 'w', 0o644);
  let bytes = 0;
  try {
    try {
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
        bytes += piece.length;
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    syncFolder(dirname(path));
    return bytes;
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Left free on a stick for what others write there, in bytes. */
const LEFT_FREE = 16 * 1024 * 1024;
/** More than this takes too long to write for whoever waits beside it, in bytes. */
const MOST_AT_ONCE = 512 * 1024 * 1024;

/** How many bytes may be written on a stick beyond what must be. Throws what the system says of a folder that is not there. */
export function roomOnStick(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Math.max(0, Math.min(MOST_AT_ONCE, bavail * bsize - LEFT_FREE));
}

/** Tells how far files are read, one after the other: bytes of all that they hold together. */
export class StickMeter {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #onProgress: OnProgress;
  readonly #total: number;
  #passed = 0;

  constructor(paths: readonly string[], onProgress: OnProgress) {
    this.#sizes = new Map(paths.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.size ?? 0]));
    this.#total = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    this.#onProgress = onProgress;
  }

  /** Opens the next file. */
  open(path: string): StickReader {
    const before = this.#passed;
    this.#passed += this.#sizes.get(path) ?? 0;
    return new StickReader(path, (at) => this.#onProgress(before + at, this.#total));
  }
}

/** Removes the part that a killed process has left of a file that it was writing so. */
export function removePart(path: string): void {
  rmSync(path + BESIDE, { force: true });
}

/** Reads a file from its start, some bytes at a time; fewer come at its end. `using` closes it. */
export class StickReader implements Disposable {
  readonly #file: number;
  readonly #onTaken: (at: number) => void;
  #at = 0;

  /** `onTaken` hears after each {@link take} where it ended. */
  constructor(path: string, onTaken: (at: number) => void = () => {}) {
    this.#file = openSync(path, 'r');
    this.#onTaken = onTaken;
  }

  /** The bytes from where the last {@link take} ended, without going on. */
  peek(length: number): Uint8Array {
    const bytes = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const more = readSync(this.#file, bytes, read, length - read, this.#at + read);
      if (more === 0) break;
      read += more;
    }
    return bytes.subarray(0, read);
  }

  /** The same, going on after them. */
  take(length: number): Uint8Array {
    const bytes = this.peek(length);
    this.#at += bytes.length;
    this.#onTaken(this.#at);
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    // FAT and some network file systems cannot sync a folder; the file itself is on the medium.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    closeSync(folder);
  }
}
