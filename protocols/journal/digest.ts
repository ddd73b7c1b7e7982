import { sha256 } from '../crypto/hash.ts';
import type { RecordState } from './merge.ts';

/**
 * What two replicas compare for one record: SHA-256 over its type, its fields and the stamps of the winning writes, as
 * canonical JSON. Unknown fields count. 16 bytes are kept.
 */
export function recordDigest(recordType: number, state: Pick<RecordState, 'fields' | 'stamps'>): Uint8Array {
  return sha256(canonicalJson([recordType, state.fields, state.stamps])).slice(0, 16);
}

/** One entry a field of a record (key its number), over its value and the stamp of its winning write. */
export function fieldDigests({ fields, stamps }: Pick<RecordState, 'fields' | 'stamps'>): readonly DigestEntry[] {
  const numbers = [...new Set([...Object.keys(fields), ...Object.keys(stamps)])].sort((a, b) => Number(a) - Number(b));
  return numbers.map((key) => {
    const digest = sha256(canonicalJson([fields[key] ?? null, stamps[key] ?? null])).slice(0, 16);
    return { key, count: 1, digest };
  });
}

/** A part of a replica in a comparison: how many records it has, and what they amount to. */
export type DigestEntry = { readonly key: string; readonly count: number; readonly digest: Uint8Array };

/**
 * The digest of a whole from those of its parts, given in ascending order of their keys: SHA-256 over `key count ` ‖ digest
 * of each, 16 bytes kept. A range (one first byte of the record id, key 0 to 255 in decimal) is made of its records (key the
 * UUID, count 1), a type (key its number in decimal) of its ranges, a replica of its types; parts without records are left out.
 */
export function combineDigests(parts: readonly DigestEntry[]): Uint8Array {
  return sha256(
    Buffer.concat(parts.flatMap(({ key, count, digest }) => [Buffer.from(`${key} ${count} `), digest])),
  ).slice(0, 16);
}

/** JSON text with sorted keys and no space: equal values give equal texts (RFC 8785 for what fields hold). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}
