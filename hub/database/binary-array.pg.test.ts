import { startTestPostgres, type TestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  jsonbArray,
  textArray,
  uuidArray,
} from './binary-array.ts';

let server: TestPostgres;

beforeAll(async () => {
  server = await startTestPostgres();
}, 120_000);
afterAll(() => server.stop());

async function asRead(type: string, parameter: Buffer): Promise<unknown> {
  const { rows } = await server
    .pool()
    .query<{ values: unknown }>(`select to_jsonb($1::${type}[]) as values`, [parameter]);
  return rows[0]?.values;
}

describe('an array in PostgreSQL’s binary form', () => {
  it('is read as the values it was made of', async () => {
    expect(await asRead('boolean', booleanArray([true, false]))).toEqual([true, false]);
    expect(await asRead('integer', integerArray([0, -1, 2 ** 31 - 1, null]))).toEqual([0, -1, 2 ** 31 - 1, null]);
    const sequences = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -(2 ** 40) - 5];
    expect(await asRead('bigint', bigintArray(sequences))).toEqual(sequences);
    const texts = ['', 'é', '"{}\\,', 'NULL', '🦟'];
    expect(await asRead('text', textArray(texts))).toEqual(texts);
    const objects = [{ 1: 'Ongoïba', 60: ['a"b', '\\'] }, {}];
    expect(await asRead('jsonb', jsonbArray(objects.map((object) => JSON.stringify(object))))).toEqual(objects);
    const bytes = byteaArray([new Uint8Array([0, 255]), null, new Uint8Array(0)]);
    expect(await asRead('bytea', bytes)).toEqual(['\\x00ff', null, '\\x']);
    const ids = ['0f0e0d0c-0b0a-8908-8706-050403020100', null];
    expect(await asRead('uuid', uuidArray(ids))).toEqual(ids);
  });

  it('refuses as a UUID what is none', () => {
    expect(() => uuidArray(['0f0e0d0c'])).toThrow(RangeError);
    expect(() => uuidArray(['0f0e0d0c-0b0a-8908-8706-05040302010g'])).toThrow(RangeError);
  });

  it('may have no element', async () => {
    expect(await asRead('text', textArray([]))).toEqual([]);
  });
});
