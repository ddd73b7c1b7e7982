import { readFile } from 'node:fs/promises';
import { failCli } from '../cli-errors.ts';

/** The recovery words in a file. Throws SH-N501 when it cannot be read. */
export async function wordsInFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw failCli('SH-N501', { why: path, cause });
  }
}
