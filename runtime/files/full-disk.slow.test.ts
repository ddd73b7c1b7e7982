import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { writeSecretFile } from './durable-file.ts';

const PAGE = 4096;

/** Mounts a disk of eight pages that `using` takes away again. */
function mountSmall(path: string): Disposable {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${8 * PAGE}`, 'tmpfs', path]);
  return { [Symbol.dispose]: () => void execFileSync('umount', [path]) };
}

// Only root mounts.
describe.skipIf(process.getuid?.() !== 0)('a disk that is nearly full', () => {
  it('keeps the secret that it had, where a part of the next would still fit', async () => {
    await using folder = await temporaryDirectory();
    using _disk = mountSmall(folder.path);
    const path = join(folder.path, 'ring.json');
    const filler = join(folder.path, 'filler');
    const [first, next] = ['1', '2'].map((digit) => digit.repeat(3 * PAGE));
    writeSecretFile(path, first as string);
    writeFileSync(filler, Buffer.alloc(3 * PAGE));
    expect(() => writeSecretFile(path, next as string)).toThrow('ENOSPC');
    expect(readFileSync(path, 'utf8')).toBe(first);
    rmSync(filler);
    writeSecretFile(path, next as string);
    expect(readFileSync(path, 'utf8')).toBe(next);
  });
});
