import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { expect, it } from 'vitest';
import { ErasureFile } from './erasure-file.ts';

it('has all that were added, also behind one that a power cut left half', async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, 'identity', 'erasures.jsonl');
  const file = new ErasureFile(path);
  const wanted = () => ({
    ...{ patient: randomUUID(), facility: 'cscom_sangha', reason: 'lettre' },
    at: new Date(Date.UTC(2026, 10, 27)).toISOString(),
  });
  const [before, behind] = [wanted(), wanted()];
  file.add(before);
  appendFileSync(path, '{"patient":"01');
  file.add(behind);
  expect([...file.all().values()]).toEqual([before, behind]);
});
