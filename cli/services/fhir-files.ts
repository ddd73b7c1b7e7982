import { glob, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failCli } from '../cli-errors.ts';

/**
 * The FHIR files that some paths name, absolute and in a stable order: a file as it is, a directory with all `.json` and
 * `.ndjson` files below it. Throws SH-N501 for a path that does not exist and for a directory without such files.
 */
export async function fhirFilesOf(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths.map((given) => resolve(given))) {
    const facts = await stat(path).catch((error: unknown) => {
      throw failCli('SH-N501', { why: path, cause: error });
    });
    if (!facts.isDirectory()) {
      found.push(path);
      continue;
    }
    const below = await Array.fromAsync(glob('**/*.{json,ndjson}', { cwd: path }));
    if (below.length === 0) throw failCli('SH-N501', { why: join(path, '**/*.{json,ndjson}') });
    found.push(...below.toSorted().map((name) => join(path, name)));
  }
  return [...new Set(found)];
}
