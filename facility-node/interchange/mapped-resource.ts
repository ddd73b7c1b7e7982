import { hash } from 'node:crypto';
import type { BundleEntry } from '@santehaggui/protocols/fhir/bundle-entries.ts';
import { splitContent } from '@santehaggui/protocols/fhir/document-content.ts';
import { fromFhir } from '@santehaggui/protocols/fhir/from-fhir.ts';
import { isJsonObject } from '@santehaggui/protocols/fhir/json.ts';
import { FhirProblem } from '@santehaggui/protocols/fhir/path.ts';
import { referencesIn } from '@santehaggui/protocols/fhir/reference.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { ImportedEntry } from './import-messages.ts';

/** The system of resources that do not say where they come from. */
export const UNKNOWN_SOURCE = 'urn:fhir-import';

// What a text field holds at most (protocols/records/schema.ts).
const MAX_SOURCE = 1_000_000;

/** A resource as it will be written, but for what its references lead to. */
export type MappedResource = Omit<ImportedEntry, 'number' | 'file' | 'references' | 'mentions' | 'fieldHashes'> & {
  readonly recordTypeDeclaration: RecordType;
  readonly importRank: number;
  /** References of fields, then all others. */
  readonly references: readonly { readonly field: string; readonly path: string; readonly reference: string }[];
  readonly mentions: readonly { readonly path: string; readonly reference: string }[];
  readonly incomplete: readonly { readonly path: string; readonly reason: string }[];
  readonly lastUpdated: string;
};

/** Checks and maps one resource of a supported type. Throws a FhirProblem, its path starting at the file. */
export function mapResource(entry: BundleEntry): MappedResource {
  const { resource, resourceType, fullUrl, path } = entry;
  const inFile = (below: string): string => `${path === '' ? resourceType : path}.${below}`;
  try {
    const split = splitContent(resource);
    const { kind, fields: said, references, incomplete } = fromFhir(split.resource, fullUrl);
    const { content } = split;
    const fields = content === undefined ? said : { ...said, size: content.size, hash: content.hash };
    if (String(fields.source).length > MAX_SOURCE) throw new FhirProblem('id', 'larger than 1 MB');
    const id = typeof resource.id === 'string' ? resource.id : undefined;
    const held = new Set(references.map((reference) => reference.path));
    return {
      path,
      sourceSystem: entry.source ?? UNKNOWN_SOURCE,
      resourceType,
      foreignId: id ?? fullUrl ?? `urn:sha256:${hash('sha256', JSON.stringify(resource))}`,
      fullUrl: fullUrl === undefined || fullUrl === `urn:uuid:${id}` ? null : fullUrl,
      recordType: kind.recordType.name,
      recordTypeDeclaration: kind.recordType,
      importRank: kind.importRank ?? 0,
      fields,
      ...(content === undefined ? {} : { content: content.bytes }),
      references: references.map((reference) => ({ ...reference, path: inFile(reference.path) })),
      mentions: referencesIn(resource)
        .filter((mention) => !held.has(mention.path))
        .map((mention) => ({ ...mention, path: inFile(mention.path) })),
      incomplete: incomplete.map((missing) => ({ ...missing, path: inFile(missing.path) })),
      lastUpdated: isJsonObject(resource.meta) ? String(resource.meta.lastUpdated ?? '') : '',
    };
  } catch (error) {
    if (error instanceof FhirProblem) throw error.at(inFile(error.path));
    // The stack, and nothing else, ends in a RangeError here: a file must not stop the import of the others.
    if (error instanceof RangeError) throw tooDeep(path === '' ? resourceType : path, error);
    throw error;
  }
}

function tooDeep(path: string, cause: RangeError): FhirProblem {
  return new FhirProblem(path, 'nested too deeply', { cause });
}

/** A hash of each field, by number, as JSON: what tells later whether the source has changed it. */
export function fieldHashes({
  recordTypeDeclaration: { fields: declarations },
  fields,
  references,
}: Pick<MappedResource, 'recordTypeDeclaration' | 'fields' | 'references'>): string {
  const hashes: Record<string, string> = {};
  const add = (name: string, text: string): void => {
    const number = declarations[name]?.number;
    if (number !== undefined) hashes[number] = shortHash(text);
  };
  for (const [name, value] of Object.entries(fields))
    add(name, typeof value === 'string' ? value : JSON.stringify(value));
  for (const { field, reference } of references) add(field, reference);
  return JSON.stringify(hashes);
}

/**
 * A hash of 64 bits (two FNV-1a of 32, the second of the text with its characters' index), enough to see that one field of
 * one record changed; a cryptographic one took a tenth of a big import.
 */
function shortHash(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ (code + index), 0x85ebca6b);
  }
  return (first >>> 0).toString(36) + (second >>> 0).toString(36);
}
