import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';
import { fhirFilesOf } from './fhir-files.ts';

describe('the FHIR files that paths name', () => {
  it('are those given and all below the directories given, once each, in a stable order', async () => {
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, 'deep', 'er'), { recursive: true });
    for (const name of ['b.json', 'a.ndjson', 'notes.txt', 'deep/er/c.json']) {
      await writeFile(join(directory.path, name), '{}');
    }
    const below = ['a.ndjson', 'b.json', 'deep/er/c.json'].map((name) => join(directory.path, name));
    expect(await fhirFilesOf([directory.path])).toEqual(below);
    const [, b = ''] = below;
    expect(await fhirFilesOf([b, directory.path])).toEqual([b, below[0], below[2]]);
    expect(await fhirFilesOf([join(directory.path, 'notes.txt')])).toEqual([join(directory.path, 'notes.txt')]);
  });

  it('must exist, and a directory must hold some', async () => {
    await using directory = await temporaryDirectory();
    const missing = expect.objectContaining({ code: 'SH-N501' });
    await expect(fhirFilesOf([join(directory.path, 'absent.json')])).rejects.toThrow(missing);
    await expect(fhirFilesOf([directory.path])).rejects.toThrow(missing);
  });
});
