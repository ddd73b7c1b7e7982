import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { nodesOf } from './holder-store.ts';

/**
 * The patients' records of one person at a facility: `own` as far as its own nodes have brought them together, `all` as anybody has.
 * Nothing is given on the word of others: whoever holds a copy could name any patient.
 */
export type Person = { readonly own: ReadonlySet<string>; readonly all: ReadonlySet<string> };

/** The persons that these patients are, as a facility's register has them, each once. */
export async function personsAt(sql: Sql, facility: string, patients: readonly string[]): Promise<readonly Person[]> {
  if (patients.length === 0) return [];
  const register = new Register(sql, facility);
  const linkedByAll = await register.personsOf(patients);
  const linkedByOwn = await register.personsOf(patients, (await nodesOf(sql, facility)).all);
  const persons = new Map<string, Person>();
  for (const [patient, own] of linkedByOwn)
    persons.set(own.join(), { own: new Set(own), all: new Set(linkedByAll.get(patient)) });
  return [...persons.values()];
}

/** The ids of these persons' records, as far as the facility has brought them together itself. */
export function ownIds(persons: readonly Person[]): readonly string[] {
  return persons.flatMap(({ own }) => [...own]);
}

/** The field of a patient's record that names the one which goes on instead of it. */
export const REPLACED_BY = String(recordTypeNamed('patient').fields.replacedBy?.number);

/** Whom these patients' records have been replaced by at any time, as far as a register knows. */
export async function heirsOf(register: Register, patients: readonly string[]): Promise<readonly string[]> {
  return (await register.historyOf(patients)).flatMap(({ change }) => {
    const write = change.writes[REPLACED_BY];
    return write?.kind === 'register' && typeof write.value === 'string' ? [write.value] : [];
  });
}
