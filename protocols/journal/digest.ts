import { sha256 } from '../crypto/hash.ts';
import type { RecordState } from './merge.ts';

/**
 * What two replicas compare for one record: SHA-256 over its type, its fields and the stamps of the winning writes, as
 * canonical JSON. Unknown fields count. 16 bytes are kept.
 */
export function recordDigest(recordType: number, state: Pick<RecordState, 'fields' | 'stamps'>): Uint8Array {
  return sha256(canonicalJson([recordType, state.fields, state.stamps])).slice(0, 16);
}

/** JSON text with sorted keys and no space: equal values give equal texts (RFC 8785 for what fields hold). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
