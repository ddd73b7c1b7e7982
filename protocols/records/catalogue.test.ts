import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldNumbered, namedFields, RECORD_TYPES, recordTypeNamed } from './catalogue.ts';
import { sqliteView, viewName } from './views.ts';

// A change of any declaration changes this hash. Whoever changes one raises the type's `version` and writes the new hash
// here: the wire then tells the two catalogues apart.
const CATALOGUE_HASH = '7ae40282071284c7d509e1839ba837c5dd552649112c6b7c695ddcb55a12f87b';

describe('the catalogue', () => {
  it('does not change without a step of version', () => {
    const wire = RECORD_TYPES.map(({ number, name, version, fields }) => ({
      number,
      name,
      version,
      fields: Object.entries(fields).map(([field, { label: _label, fhir: _fhir, ...declaration }]) => [
        field,
        declaration,
      ]),
    }));
    expect(createHash('sha256').update(JSON.stringify(wire)).digest('hex')).toBe(CATALOGUE_HASH);
  });

  it('uses every number and every name once', () => {
    expect(new Set(RECORD_TYPES.map(({ number }) => number)).size).toBe(RECORD_TYPES.length);
    for (const type of RECORD_TYPES) {
      const numbers = Object.values(type.fields).map(({ number }) => number);
      expect(new Set(numbers).size, type.name).toBe(numbers.length);
    }
  });

  it('points references at types that exist and says which', () => {
    for (const type of RECORD_TYPES) {
      for (const [name, declaration] of Object.entries(type.fields)) {
        if (declaration.kind === 'ref')
          expect(() => recordTypeNamed(declaration.to ?? ''), `${type.name}.${name}`).not.toThrow();
        if (declaration.kind === 'code') expect(declaration.system, `${type.name}.${name}`).toBeTruthy();
        expect(declaration.authorised.length, `${type.name}.${name}`).toBeGreaterThan(0);
      }
    }
  });

  it('names stored fields and leaves those of a newer catalogue alone', () => {
    const patient = recordTypeNamed('patient');
    expect(namedFields(patient, { 1: 'Traoré', 4: '1987~', 999: 'of another age' })).toEqual({
      familyName: 'Traoré',
      birthDate: '1987~',
    });
    expect(fieldNumbered(patient, 999)).toBeUndefined();
    expect(() => recordTypeNamed('unicorn')).toThrow(RangeError);
  });

  it('makes views that SQLite takes and that show a value of every kind', () => {
    const db = new DatabaseSync(':memory:');
    db.exec('create table record (id text primary key, type integer, fields text)');
    for (const type of RECORD_TYPES) {
      db.exec(sqliteView(type));
      const columns = db.prepare(`select * from "${viewName(type)}"`).columns().length;
      expect(columns).toBe(Object.keys(type.fields).length + 1);
    }
    const insert = db.prepare('insert into record values (?, ?, ?)');
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 4e12 }), (text, instant) => {
        insert.run(String(Math.random()), 4, JSON.stringify({ 2: instant, 6: text }));
      }),
      { numRuns: 20 },
    );
    insert.run('x', 5, JSON.stringify({ 6: 5, 7: '38.50', 60: ['a|1'] }));
    expect(db.prepare("select effective, value, identifier from observation where id = 'x'").get()).toEqual({
      effective: 5,
      value: 38.5,
      identifier: '["a|1"]',
    });
    expect(db.prepare('select count(*) as n from encounter where start >= 0').get()).toEqual({ n: 20 });
  });
});
