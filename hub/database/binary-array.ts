/**
 * One-dimensional arrays in PostgreSQL's binary form (src/backend/utils/adt/arrayfuncs.c, `array_recv`), as parameters of
 * statements. The text form costs both ends several times as much: bytes become hexadecimal and every quote is escaped.
 */

// Object identifiers of the element types (src/include/catalog/pg_type.dat).
const OID = { boolean: 16, bytea: 17, bigint: 20, integer: 23, text: 25, uuid: 2950, jsonb: 3802 };

const HEADER_BYTES = 20;
const NULL_LENGTH = -1;
/** The version that every jsonb in binary form begins with. */
const JSONB_VERSION = 1;

type Element<Value> = {
  readonly oid: number;
  readonly size: (value: Value) => number;
  readonly write: (target: Buffer, value: Value, at: number) => void;
};

/** A parameter of type `boolean[]`. */
export function booleanArray(values: readonly boolean[]): Buffer {
  return arrayOf(values, {
    oid: OID.boolean,
    size: () => 1,
    write: (target, value, at) => target.writeUInt8(value ? 1 : 0, at),
  });
}

/** A parameter of type `integer[]`. */
export function integerArray(values: readonly (number | null)[]): Buffer {
  return arrayOf(values, {
    oid: OID.integer,
    size: () => 4,
    write: (target, value: number, at) => target.writeInt32BE(value, at),
  });
}

/** A parameter of type `bigint[]`, of whole numbers that a double holds exactly. */
export function bigintArray(values: readonly number[]): Buffer {
  return arrayOf(values, {
    oid: OID.bigint,
    size: () => 8,
    write: (target, value, at) => {
      target.writeInt32BE(Math.floor(value / 2 ** 32), at);
      target.writeUInt32BE(value >>> 0, at + 4);
    },
  });
}

/** A parameter of type `text[]`. */
export function textArray(values: readonly string[]): Buffer {
  return arrayOf(values, {
    oid: OID.text,
    size: (value) => Buffer.byteLength(value),
    write: (target, value, at) => target.write(value, at),
  });
}

/** A parameter of type `jsonb[]`, of JSON texts. */
export function jsonbArray(texts: readonly string[]): Buffer {
  return arrayOf(texts, {
    oid: OID.jsonb,
    size: (text) => Buffer.byteLength(text) + 1,
    write: (target, text, at) => target.write(text, target.writeUInt8(JSONB_VERSION, at)),
  });
}

/** A parameter of type `bytea[]`. */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  return arrayOf(values, {
    oid: OID.bytea,
    size: (value: Uint8Array) => value.length,
    write: (target, value, at) => target.set(value, at),
  });
}

/** A parameter of type `uuid[]`; throws a RangeError on a text that is no UUID. */
export function uuidArray(values: readonly (string | null)[]): Buffer {
  return arrayOf(values, {
    oid: OID.uuid,
    size: () => 16,
    write: (target, value: string, at) => {
      if (target.write(value.replaceAll('-', ''), at, 16, 'hex') !== 16) throw new RangeError('not a UUID');
    },
  });
}

function arrayOf<Value>(values: readonly (Value | null)[], { oid, size, write }: Element<Value>): Buffer {
  let length = HEADER_BYTES;
  let hasNull = 0;
  for (const value of values) {
    length += 4;
    if (value === null) hasNull = 1;
    else length += size(value);
  }
  const target = Buffer.alloc(length);
  // Dimensions, whether there are nulls, the type; then of the one dimension its length and lower bound.
  let at = 0;
  for (const number of [1, hasNull, oid, values.length, 1]) at = target.writeInt32BE(number, at);
  for (const value of values) {
    if (value === null) {
      at = target.writeInt32BE(NULL_LENGTH, at);
    } else {
      const bytes = size(value);
      at = target.writeInt32BE(bytes, at);
      write(target, value, at);
      at += bytes;
    }
  }
  return target;
}
