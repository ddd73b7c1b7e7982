import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleEntry, bundleEntries } from '@santehaggui/protocols/fhir/bundle-entries.ts';
import { type Json, parseJson } from '@santehaggui/protocols/fhir/json.ts';
import { jsonProblem } from '@santehaggui/protocols/fhir/json-problem.ts';
import { FhirProblem } from '@santehaggui/protocols/fhir/path.ts';

const TAKEN = /\.(?:json|ndjson)$/i;

/**
 * The files that an import reads: those given, and in place of a folder its `.json` and `.ndjson` files, at any depth, by
 * name. What does not exist stays in the list, to be refused by name.
 */
export async function importedFiles(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(paths.map(filesAt));
  return [...new Set(files.flat())];
}

/**
 * The resources of a file: a Bundle, a resource, or NDJSON with one of them a line (FHIR Bulk Data). Throws a
 * {@link FhirProblem} whose path is the line and column where a file is no JSON.
 */
export async function readResources(file: string): Promise<BundleEntry[]> {
  const text = (await textOf(file)).replace(/^\ufeff/, '');
  if (!/\.ndjson$/i.test(file)) return bundleEntries(parsed(text, 1));
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : lineEntries(line, index + 1)));
}

async function filesAt(path: string): Promise<string[]> {
  const about = await stat(path).catch(() => undefined);
  if (about?.isDirectory() !== true) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => TAKEN.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function textOf(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof TypeError) throw problem('', 'not UTF-8 text', error);
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw problem('', `cannot be read (${code})`, error);
  }
}

function lineEntries(line: string, number: number): BundleEntry[] {
  return bundleEntries(parsed(line, number)).map((entry) => ({
    ...entry,
    path: entry.path === '' ? `line ${number}` : `line ${number}: ${entry.path}`,
  }));
}

function parsed(text: string, firstLine: number): Json {
  try {
    return parseJson(text);
  } catch (error) {
    const found = jsonProblem(text);
    if (found === undefined) throw error;
    const place = `line ${found.line + firstLine - 1}, column ${found.column}`;
    throw problem(place, `not JSON: ${found.reason}`, error);
  }
}

function problem(path: string, reason: string, cause: unknown): FhirProblem {
  return new FhirProblem(path, reason, { cause });
}
