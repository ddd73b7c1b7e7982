import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { writeStickFile } from './stick.ts';

const SIZE = 64 * 1024;

/** Mounts a medium of 64 kB that `using` takes away again. */
function mountSmall(path: string): Disposable {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', path]);
  return { [Symbol.dispose]: () => void execFileSync('umount', [path]) };
}

// Only root mounts.
describe.skipIf(process.getuid?.() !== 0)('a medium that is full', () => {
  it('keeps what it had, gets nothing half, and takes the file once there is room', async () => {
    await using folder = await temporaryDirectory();
    using _medium = mountSmall(folder.path);
    const older = join(folder.path, 'older');
    const filler = join(folder.path, 'photos');
    const piece = Buffer.alloc(8 * 1024, 7);
    async function* parcel(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 5; count++) yield piece;
    }
    writeFileSync(older, 'older');
    writeFileSync(filler, Buffer.alloc(SIZE / 2));
    await expect(writeStickFile(join(folder.path, 'parcel'), parcel())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readdirSync(folder.path).sort()).toEqual(['older', 'photos']);
    await expect(writeStickFile(older, parcel())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readFileSync(older, 'utf8')).toBe('older');
    rmSync(filler);
    expect(await writeStickFile(join(folder.path, 'parcel'), parcel())).toBe(5 * piece.length);
    expect(readFileSync(join(folder.path, 'parcel'))).toHaveLength(5 * piece.length);
  });
});
