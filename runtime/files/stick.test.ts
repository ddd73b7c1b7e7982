import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { StickReader, writeStickFile } from './stick.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('a file on a stick', () => {
  it('has its name only once it is whole', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'a');
    const seen: boolean[] = [];
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces('one', 'two')) {
        seen.push(existsSync(path));
        yield piece;
      }
    }
    expect(await writeStickFile(path, watched())).toBe(6);
    expect(seen).toEqual([false, false]);
    expect(readFileSync(path, 'utf8')).toBe('onetwo');
  });

  it('leaves nothing behind and touches no other file when it cannot be finished', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'a');
    writeFileSync(path, 'older');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    await expect(writeStickFile(path, broken())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readdirSync(folder.path)).toEqual(['a']);
    expect(readFileSync(path, 'utf8')).toBe('older');
    await expect(writeStickFile(join(folder.path, 'missing', 'a'), pieces('x'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('is read piece by piece, fewer bytes at its end', async () => {
    await using folder = await temporaryDirectory();
    writeFileSync(join(folder.path, 'a'), 'abcdef');
    using file = new StickReader(join(folder.path, 'a'));
    expect(Buffer.from(file.peek(4)).toString()).toBe('abcd');
    expect(Buffer.from(file.take(4)).toString()).toBe('abcd');
    expect(Buffer.from(file.take(4)).toString()).toBe('ef');
    expect(file.take(4)).toHaveLength(0);
  });
});
