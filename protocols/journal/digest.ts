import { sha256 } from '../crypto/hash.ts';
import type { EncodedChange } from './change-codec.ts';
import type { RecordState, RegisterStamp, SetStamps } from './merge.ts';

/**
 * What two replicas compare for one record: SHA-256 over its type, its fields and the stamps of the winning writes, as
 * canonical JSON. Unknown fields count. 16 bytes are kept.
 */
export function recordDigest(recordType: number, state: Pick<RecordState, 'fields' | 'stamps'>): Uint8Array {
  const stamps = objectJson(state.stamps, stampWriter());
  return sha256(`[${recordType},${objectJson(state.fields, canonicalJson)},${stamps}]`).slice(0, 16);
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

/** Entries of records, in order of their ids, as one entry a first byte of the id. */
export function digestsByRange(entries: readonly DigestEntry[]): readonly DigestEntry[] {
  const ranges = Map.groupBy(entries, ({ key }) => Number.parseInt(key.slice(0, 2), 16));
  return [...ranges].map(([range, within]) => ({
    key: String(range),
    count: within.length,
    digest: combineDigests(within),
  }));
}

/** What two journals compare for one change: SHA-256 of its bytes, which say whose and which it is; 16 bytes are kept. */
export function changeDigest({ meta, fields }: EncodedChange): Uint8Array {
  return sha256(meta, fields).slice(0, 16);
}

/**
 * The digest of many changes in no order: theirs, added bit by bit without carry. It finds what was damaged; what was forged is
 * found by the chain.
 */
export function mixDigest(mixed: Uint8Array, digest: Uint8Array): void {
  for (let at = 0; at < mixed.length; at++) mixed[at] = (mixed[at] as number) ^ (digest[at] as number);
}

/** JSON text with sorted keys and no space: equal values give equal texts (RFC 8785 for what fields hold). */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return textJson(value);
  if (Array.isArray(value)) return `[${value.map((member) => canonicalJson(member)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return objectJson(value as Readonly<Record<string, unknown>>, canonicalJson);
}

function objectJson<Value>(object: Readonly<Record<string, Value>>, json: (member: Value) => string): string {
  let members = '';
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member !== undefined) members += `${members === '' ? '' : ','}${textJson(key)}:${json(member)}`;
  }
  return `{${members}}`;
}

/**
 * Writes stamps as {@link canonicalJson} does. They are most of what a digest is made of, their keys are known, and the fields that one
 * change wrote mostly share one object.
 */
function stampWriter(): (why: RegisterStamp | SetStamps) => string {
  let last: { readonly why: RegisterStamp; readonly json: string } | undefined;
  return (why) => {
    if ('tags' in why) return canonicalJson(why);
    if (last?.why !== why) last = { why, json: stampJson(why) };
    return last.json;
  };
}

function stampJson({ author, authorised, clock, role, stamp }: RegisterStamp): string {
  const when = `{"counter":${clock.counter},"ms":${clock.ms}}`;
  return `{"author":${canonicalJson(author)},"authorised":${authorised},"clock":${when},"role":${textJson(role)},"stamp":${textJson(stamp)}}`;
}

// Printable ASCII but for the quotation mark and the backslash: the same in JSON.
const PLAIN = /^[ !#-[\]-~]*$/;

function textJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
