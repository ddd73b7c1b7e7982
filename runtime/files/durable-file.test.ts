import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { writeSecretFile } from './durable-file.ts';

it('replaces a secret whole, closed to others, and leaves nothing beside it', async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, 'secret');
  writeSecretFile(path, 'first');
  writeSecretFile(path, 'second');
  expect(readFileSync(path, 'utf8')).toBe('second');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path)).toEqual(['secret']);
});
