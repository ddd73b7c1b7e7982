import { asCborDecimal, decodeCbor, encodeCbor } from '../../cbor.ts';
import { fromHex, fromUuid, toHex, toUuid } from '../../crypto/bytes.ts';
import { type EncodedChange, FLAG, META } from '../../journal/change-codec.ts';
import type { FieldKind } from '../../records/record-type.ts';
import { fromCborValue, type ScalarValue, toCborValue } from '../../records/value-codec.ts';

/** The name of one change: its origin and sequence. */
export type StampParts = { readonly node: number; readonly incarnation: string; readonly sequence: number };

/** What a value is, as its CBOR tells by itself: no catalogue is asked. */
export const VALUE_KIND = { nothing: 0, text: 1, ref: 2, date: 3, decimal: 4, integer: 5, no: 6, yes: 7 } as const;

/** One value with what it is; `text` is the value as text (a reference as UUID), '' where the kind says it all. */
export type ShapeValue = { readonly kind: number; readonly text: string };

/** What a change does to one field. */
export type ShapeWrite =
  | {
      readonly field: number;
      readonly isSet: false;
      readonly value: ShapeValue;
      readonly base: StampParts | null;
      readonly isAuthorised: boolean;
    }
  | {
      readonly field: number;
      readonly isSet: true;
      readonly add: readonly string[];
      readonly remove: readonly { readonly member: string; readonly seen: readonly StampParts[] }[];
      readonly isAuthorised: boolean;
    };

/** A change of a record as its CBOR is built, without its meaning. `record` is null when it creates one; ids are UUIDs. */
export type ChangeShape = {
  readonly stamp: StampParts;
  readonly ms: number;
  readonly counter: number;
  readonly flags: number;
  readonly record: string | null;
  readonly type: number;
  readonly author: string | null;
  readonly role: string;
  readonly writes: readonly ShapeWrite[];
};

/**
 * The shape of a change, or undefined where its bytes are not exactly what {@link bytesOfShape} makes of a shape: an opening, a
 * clock correction, what a newer release journals, or nothing that we know.
 */
export function shapeOf(encoded: EncodedChange): ChangeShape | undefined {
  try {
    const shape = read(decodeCbor(encoded.meta), decodeCbor(encoded.fields));
    const again = bytesOfShape(shape);
    const isSame = Buffer.compare(again.meta, encoded.meta) === 0 && Buffer.compare(again.fields, encoded.fields) === 0;
    return isSame ? shape : undefined;
  } catch {
    // Whatever it is, it travels as it stands.
    return undefined;
  }
}

/** The bytes of a shape: deterministic CBOR (RFC 8949 §4.2), as `encodeChange` writes them. */
export function bytesOfShape(shape: ChangeShape): EncodedChange {
  const { stamp, ms, counter, flags, record, type, author, role, writes } = shape;
  const meta = new Map<number, unknown>([
    [META.node, stamp.node],
    [META.incarnation, fromHex(stamp.incarnation)],
    [META.sequence, stamp.sequence],
    [META.clock, [ms, counter]],
    [META.flags, flags],
  ]);
  if (record !== null) meta.set(META.record, fromUuid(record));
  meta.set(META.type, type);
  if (author !== null) meta.set(META.author, fromUuid(author));
  meta.set(META.role, role);
  return {
    meta: encodeCbor(meta),
    fields: encodeCbor(new Map(writes.map((write) => [write.field, writeToCbor(write)]))),
  };
}

function read(meta: unknown, fields: unknown): ChangeShape {
  const map = meta as ReadonlyMap<unknown, unknown>;
  const clock = map.get(META.clock) as readonly number[];
  const flags = map.get(META.flags) as number;
  if ((flags & (FLAG.opening | FLAG.correction)) !== 0) throw new RangeError('not of a record');
  const record = map.get(META.record);
  const author = map.get(META.author);
  return {
    stamp: {
      node: map.get(META.node) as number,
      incarnation: toHex(map.get(META.incarnation) as Uint8Array),
      sequence: map.get(META.sequence) as number,
    },
    ms: clock[0] as number,
    counter: clock[1] as number,
    flags,
    record: record === undefined ? null : toUuid(record as Uint8Array),
    type: map.get(META.type) as number,
    author: author === undefined ? null : toUuid(author as Uint8Array),
    role: map.get(META.role) as string,
    writes: [...(fields as ReadonlyMap<number, unknown>)].map(([field, write]) => writeFromCbor(field, write)),
  };
}

function writeFromCbor(field: number, write: unknown): ShapeWrite {
  if (write instanceof Map) {
    return {
      field,
      isSet: true,
      add: write.get(1) as readonly string[],
      remove: (write.get(2) as readonly (readonly [string, readonly unknown[]])[]).map(([member, seen]) => ({
        member,
        seen: seen.map(stampFromCbor),
      })),
      isAuthorised: write.get(3) as boolean,
    };
  }
  const [value, base, authorised] = write as readonly unknown[];
  return {
    field,
    isSet: false,
    value: valueFromCbor(value),
    base: base === undefined || base === null ? null : stampFromCbor(base),
    isAuthorised: authorised !== false,
  };
}

function writeToCbor(write: ShapeWrite): unknown {
  if (write.isSet) {
    const remove = write.remove.map(({ member, seen }) => [member, seen.map(stampToCbor)]);
    return new Map<number, unknown>([
      [1, write.add],
      [2, remove],
      [3, write.isAuthorised],
    ]);
  }
  const { value, base, isAuthorised } = write;
  if (base === null && isAuthorised) return [valueToCbor(value)];
  return [valueToCbor(value), base === null ? null : stampToCbor(base), isAuthorised];
}

function stampFromCbor(encoded: unknown): StampParts {
  const [node, incarnation, sequence] = encoded as readonly [number, Uint8Array, number];
  return { node, incarnation: toHex(incarnation), sequence };
}

function stampToCbor({ node, incarnation, sequence }: StampParts): unknown {
  return [node, fromHex(incarnation), sequence];
}

function valueFromCbor(value: unknown): ShapeValue {
  if (value === null) return { kind: VALUE_KIND.nothing, text: '' };
  if (typeof value === 'boolean') return { kind: value ? VALUE_KIND.yes : VALUE_KIND.no, text: '' };
  const text = String(fromCborValue(value));
  if (typeof value === 'string') return { kind: VALUE_KIND.text, text };
  if (typeof value === 'number') return { kind: VALUE_KIND.integer, text };
  if (value instanceof Uint8Array) return { kind: VALUE_KIND.ref, text };
  return { kind: asCborDecimal(value) === undefined ? VALUE_KIND.date : VALUE_KIND.decimal, text };
}

const CATALOGUE_KIND: Readonly<Record<number, FieldKind>> = {
  [VALUE_KIND.text]: 'text',
  [VALUE_KIND.ref]: 'ref',
  [VALUE_KIND.date]: 'date',
  [VALUE_KIND.decimal]: 'decimal',
};

function valueToCbor({ kind, text }: ShapeValue): unknown {
  if (kind === VALUE_KIND.nothing) return null;
  if (kind === VALUE_KIND.yes || kind === VALUE_KIND.no) return kind === VALUE_KIND.yes;
  if (kind === VALUE_KIND.integer) return Number(text);
  return toCborValue(CATALOGUE_KIND[kind] as FieldKind, text as ScalarValue);
}

/** The ids of records that a change speaks of: what a writer may want to know the creating changes of. */
export function recordsNamedIn(encoded: EncodedChange): readonly string[] {
  const shape = shapeOf(encoded);
  if (shape === undefined) return [];
  const refs = shape.writes.flatMap((write) =>
    !write.isSet && write.value.kind === VALUE_KIND.ref ? [write.value.text] : [],
  );
  return [...(shape.record === null ? [] : [shape.record]), ...(shape.author === null ? [] : [shape.author]), ...refs];
}
