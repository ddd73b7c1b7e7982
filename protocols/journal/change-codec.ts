import { decodeCbor, encodeCbor } from '../cbor.ts';
import { fromHex, fromUuid, toHex, toUuid } from '../crypto/bytes.ts';
import { deriveRecordId } from '../crypto/hash.ts';
import { fieldNumbered, recordTypeNumbered } from '../records/catalogue.ts';
import type { FieldKind } from '../records/record-type.ts';
import { fromCborValue, toCborValue } from '../records/value-codec.ts';
import type {
  Change,
  ClockCorrection,
  Erasure,
  FieldWrites,
  Opening,
  RecordChange,
  RegisterWrite,
  Release,
  SetWrite,
} from './change.ts';
import { isErased } from './erased-fields.ts';
import { type Origin, parseStamp, type Stamp, stampOf } from './stamp.ts';

/**
 * A change as it is journalled, hashed and carried: two pieces of deterministic CBOR (RFC 8949 §4.2) with integer keys,
 * so that the fields can be erased later while the chain, which commits to their keyed hash, still verifies.
 */
export type EncodedChange = { readonly meta: Uint8Array; readonly fields: Uint8Array };

/** Thrown by {@link decodeChange} on bytes that are no change; `message` says what is wrong. */
export class MalformedChange extends Error {
  override readonly name = 'MalformedChange';
}

/** The integer keys of a change's metadata. */
export const META = {
  node: 1,
  incarnation: 2,
  sequence: 3,
  clock: 4,
  flags: 5,
  record: 6,
  type: 7,
  author: 8,
  role: 9,
  parent: 10,
  target: 11,
  released: 12,
  erased: 13,
} as const;

/** The bits of a change's flags. */
export const FLAG = { untrusted: 1, last: 2, create: 4, opening: 8, correction: 16, release: 32, erasure: 64 } as const;

const OF_NO_RECORD = FLAG.opening | FLAG.correction | FLAG.release | FLAG.erasure;

const NO_FIELDS = new Uint8Array(0);

/** The kind of a type's field, both by number; undefined for what a catalogue lacks. */
export type KindOfField = (recordType: number, field: number) => FieldKind | undefined;

/** The fields of this release's catalogue. */
export const inCatalogue: KindOfField = (recordType, field) => {
  const type = recordTypeNumbered(recordType);
  return type === undefined ? undefined : fieldNumbered(type, field)?.kind;
};

/**
 * Encodes a change; equal changes give equal bytes. Throws a RangeError on a write to a field that the catalogue lacks (`kindOf`: of
 * another release's).
 */
export function encodeChange(change: Change, kindOf: KindOfField = inCatalogue): EncodedChange {
  const meta = new Map<number, unknown>([
    [META.node, change.origin.node],
    [META.incarnation, fromHex(change.origin.incarnation)],
    [META.sequence, change.sequence],
    [META.clock, [change.orderClock.ms, change.orderClock.counter]],
    [META.flags, flagsOf(change)],
  ]);
  if (change.kind === 'opening') {
    if (change.parent !== null) meta.set(META.parent, [fromHex(change.parent.incarnation), change.parent.head]);
    return { meta: encodeCbor(meta), fields: NO_FIELDS };
  }
  if (change.kind === 'clock-correction') {
    const { target, from, to, correctedTo } = change;
    meta.set(META.target, [target.node, fromHex(target.incarnation), from, to, correctedTo.ms, correctedTo.counter]);
    return { meta: encodeCbor(meta), fields: NO_FIELDS };
  }
  if (change.kind === 'release') {
    meta.set(META.released, [change.holder, change.records.map(fromUuid)]);
    return { meta: encodeCbor(meta), fields: NO_FIELDS };
  }
  if (change.kind === 'erasure') {
    meta.set(META.erased, [fromUuid(change.patient), change.records.map(fromUuid)]);
    return { meta: encodeCbor(meta), fields: NO_FIELDS };
  }
  if (!change.isCreate) meta.set(META.record, fromUuid(change.recordId));
  meta.set(META.type, change.recordType);
  if (change.author !== null) meta.set(META.author, fromUuid(change.author));
  meta.set(META.role, change.role);
  return { meta: encodeCbor(meta), fields: encodeCbor(writesToCbor(change, kindOf)) };
}

/**
 * Decodes what {@link encodeChange} made, writes to unknown fields included; a change of a record without the bytes of its
 * fields is one that a journal has forgotten. Throws {@link MalformedChange}.
 */
export function decodeChange(encoded: EncodedChange): Change {
  try {
    return changeFromCbor(decodeMap(encoded.meta), encoded.fields);
  } catch (error) {
    if (error instanceof MalformedChange) throw error;
    throw new MalformedChange((error as Error).message, { cause: error });
  }
}

function flagsOf(change: Change): number {
  return (
    (change.isClockTrusted ? 0 : FLAG.untrusted) |
    (change.isLastOfTransaction ? FLAG.last : 0) |
    (change.kind === 'record' && change.isCreate ? FLAG.create : 0) |
    (change.kind === 'opening' ? FLAG.opening : 0) |
    (change.kind === 'clock-correction' ? FLAG.correction : 0) |
    (change.kind === 'release' ? FLAG.release : 0) |
    (change.kind === 'erasure' ? FLAG.erasure : 0)
  );
}

function writesToCbor({ recordType, writes }: RecordChange, kindOf: KindOfField): Map<number, unknown> {
  const map = new Map<number, unknown>();
  for (const [key, write] of Object.entries(writes)) {
    const kind = kindOf(recordType, Number(key));
    if (kind === undefined) throw new RangeError(`record type ${recordType} has no field ${key}`);
    if (write.kind === 'set') {
      const removed = write.remove.map(({ member, seen }) => [member.normalize('NFC'), seen.map(stampToCbor)]);
      map.set(
        Number(key),
        new Map<number, unknown>([
          [1, write.add.map((m) => m.normalize('NFC'))],
          [2, removed],
          [3, write.authorised],
        ]),
      );
    } else {
      const value = write.value === null ? null : toCborValue(kind, write.value);
      const parts = [value, write.base === null ? null : stampToCbor(write.base), write.authorised];
      // A create by an authorised author, the common case, says neither.
      map.set(Number(key), write.base === null && write.authorised ? [value] : parts);
    }
  }
  return map;
}

function stampToCbor(stamp: Stamp): unknown {
  const { node, incarnation, sequence } = parseStamp(stamp);
  return [node, fromHex(incarnation), sequence];
}

function changeFromCbor(meta: ReadonlyMap<unknown, unknown>, fields: Uint8Array): Change {
  const flags = integer(meta.get(META.flags));
  const clock = array(meta.get(META.clock));
  const entry = {
    origin: origin(meta.get(META.node), meta.get(META.incarnation)),
    sequence: positive(meta.get(META.sequence)),
    orderClock: { ms: integer(clock[0]), counter: integer(clock[1]) },
    isClockTrusted: (flags & FLAG.untrusted) === 0,
    isLastOfTransaction: (flags & FLAG.last) !== 0,
  };
  if ((flags & OF_NO_RECORD) !== 0 && fields.length > 0) throw new MalformedChange('fields where none belong');
  if ((flags & FLAG.opening) !== 0) return openingFrom(entry, meta);
  if ((flags & FLAG.correction) !== 0) return correctionFrom(entry, meta);
  if ((flags & FLAG.release) !== 0) return releaseFrom(entry, meta);
  if ((flags & FLAG.erasure) !== 0) return erasureFrom(entry, meta);
  const isCreate = (flags & FLAG.create) !== 0;
  const author = meta.get(META.author);
  const role = meta.get(META.role);
  if (typeof role !== 'string') throw new MalformedChange('no role');
  return {
    ...entry,
    kind: 'record',
    isCreate,
    recordId: isCreate ? deriveRecordId(entry.origin, entry.sequence) : toUuid(bytes(meta.get(META.record), 16)),
    recordType: positive(meta.get(META.type)),
    author: author === undefined ? null : toUuid(bytes(author, 16)),
    role,
    ...writesOf(fields),
  } satisfies RecordChange;
}

/** A change always has a map, be it empty: no byte at all is what forgetting leaves, a hash what an erasure leaves. */
function writesOf(fields: Uint8Array): Pick<RecordChange, 'writes' | 'isForgotten' | 'isErased'> {
  if (fields.length === 0) return { writes: {}, isForgotten: true };
  return isErased(fields) ? { writes: {}, isErased: true } : { writes: writesFromCbor(fields) };
}

function openingFrom(entry: Omit<Opening, 'kind' | 'parent'>, meta: ReadonlyMap<unknown, unknown>): Opening {
  const parent = meta.get(META.parent);
  if (parent === undefined) return { ...entry, kind: 'opening', parent: null };
  const [incarnation, head] = array(parent);
  return { ...entry, kind: 'opening', parent: { incarnation: toHex(bytes(incarnation, 6)), head: bytes(head, 32) } };
}

function correctionFrom(entry: Omit<Opening, 'kind' | 'parent'>, meta: ReadonlyMap<unknown, unknown>): ClockCorrection {
  const [node, incarnation, from, to, ms, counter] = array(meta.get(META.target));
  return {
    ...entry,
    kind: 'clock-correction',
    target: origin(node, incarnation),
    from: positive(from),
    to: positive(to),
    correctedTo: { ms: integer(ms), counter: integer(counter) },
  };
}

function releaseFrom(entry: Omit<Opening, 'kind' | 'parent'>, meta: ReadonlyMap<unknown, unknown>): Release {
  const [holder, records] = array(meta.get(META.released));
  const ids = array(records).map((id) => toUuid(bytes(id, 16)));
  return { ...entry, kind: 'release', holder: integer(holder), records: ids };
}

function erasureFrom(entry: Omit<Opening, 'kind' | 'parent'>, meta: ReadonlyMap<unknown, unknown>): Erasure {
  const [patient, records] = array(meta.get(META.erased));
  const ids = array(records).map((id) => toUuid(bytes(id, 16)));
  return { ...entry, kind: 'erasure', patient: toUuid(bytes(patient, 16)), records: ids };
}

function writesFromCbor(fields: Uint8Array): FieldWrites {
  const writes: Record<string, RegisterWrite | SetWrite> = {};
  for (const [key, encoded] of decodeMap(fields)) {
    writes[String(positive(key))] = encoded instanceof Map ? setFromCbor(encoded) : registerFromCbor(array(encoded));
  }
  return writes;
}

function registerFromCbor(parts: readonly unknown[]): RegisterWrite {
  const [value, base, authorised] = parts;
  return {
    kind: 'register',
    value: value === null ? null : fromCborValue(value),
    base: base === undefined || base === null ? null : stampFromCbor(base),
    authorised: authorised !== false,
  };
}

function setFromCbor(map: ReadonlyMap<unknown, unknown>): SetWrite {
  return {
    kind: 'set',
    add: array(map.get(1)).map(text),
    remove: array(map.get(2)).map((removal) => {
      const [member, seen] = array(removal);
      return { member: text(member), seen: array(seen).map(stampFromCbor) };
    }),
    authorised: map.get(3) !== false,
  };
}

function stampFromCbor(encoded: unknown): Stamp {
  const [node, incarnation, sequence] = array(encoded);
  return stampOf(origin(node, incarnation), positive(sequence));
}

function origin(node: unknown, incarnation: unknown): Origin {
  const number = integer(node);
  if (number > 0xffffff) throw new MalformedChange('node number out of range');
  return { node: number, incarnation: toHex(bytes(incarnation, 6)) };
}

function decodeMap(encoded: Uint8Array): ReadonlyMap<unknown, unknown> {
  const map = decodeCbor(encoded);
  if (!(map instanceof Map)) throw new MalformedChange('not a map');
  return map;
}

function array(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedChange('not an array');
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new MalformedChange('not a text');
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new MalformedChange('not a natural number');
  return value as number;
}

function positive(value: unknown): number {
  const number = integer(value);
  if (number === 0) throw new MalformedChange('zero where a positive number belongs');
  return number;
}

function bytes(value: unknown, length: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== length) throw new MalformedChange(`not ${length} bytes`);
  return value;
}
