import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { expect, it } from 'vitest';
import { keyRingChecks } from './key-ring-check.ts';

it('says of a stopped node whose key ring is gone or damaged that a backup is to be put back, and of others nothing', async () => {
  await using folder = await temporaryDirectory();
  const root = folder.path;
  expect(keyRingChecks(root, 'fr')).toEqual([]);
  for (const name of ['database', 'keys']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'database', 'node.db'), 'x');
  const remedy = expect.stringContaining('backup restore');
  const failing = { name: 'keys', state: 'failing', remedy };
  expect(keyRingChecks(root, 'fr')).toMatchObject([{ ...failing, detail: expect.stringContaining('manque') }]);
  writeFileSync(join(root, 'keys', 'ring.json'), '{"version": 1, "keys": [');
  expect(keyRingChecks(root, 'en')).toMatchObject([{ ...failing, detail: expect.stringContaining('damaged') }]);
  writeFileSync(join(root, 'keys', 'ring.json'), '{}');
  expect(keyRingChecks(root, 'fr')).toEqual([]);
});
