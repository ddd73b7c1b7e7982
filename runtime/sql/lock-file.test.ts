import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { holdLockFile } from './lock-file.ts';

it('is held by one at a time, in a file that nobody else can open', async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, 'lock');
  const first = holdLockFile(path);
  expect(first).toBeDefined();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(holdLockFile(path)).toBeUndefined();
  first?.[Symbol.dispose]();
  using again = holdLockFile(path);
  expect(again).toBeDefined();
});
