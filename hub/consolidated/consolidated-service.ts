import { namedFields, recordTypeNamed, recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { Sql } from '../database/sql.ts';
import type { OutboxEvent } from '../events/outbox-event.ts';
import { Register } from '../registers/register-service.ts';
import {
  type FactFacility,
  factFacilities,
  readRecords,
  readRelated,
  replaceFacts,
  type StoredFields,
} from './consolidated-store.ts';
import { drawFacts, factSource, type NamedRecord } from './facts.ts';

/**
 * Draws the facts of what changed anew, facility by facility: whatever the order and however often an event comes, the facts
 * end as the registers are.
 */
export async function consolidate(sql: Sql, events: readonly OutboxEvent[]): Promise<void> {
  const touched = new Map<string, Set<string>>();
  for (const { facility, records } of events) {
    const ids = touched.get(facility) ?? new Set<string>();
    for (const id of records) ids.add(id);
    touched.set(facility, ids);
  }
  for (const facility of await factFacilities(sql, [...touched.keys()]))
    await consolidateFacility(sql, facility, [...(touched.get(facility.code) ?? [])]);
}

async function consolidateFacility(sql: Sql, facility: FactFacility, records: readonly string[]): Promise<void> {
  const related = await ownOf(sql, facility, await readRelated(sql, facility.code, records));
  const conditions = related.filter(isOf('condition')).map(named);
  const encounters = new Map(related.filter(isOf('encounter')).map((record) => [record.id, named(record)]));
  // Conditions of a patient's other encounters came along: those encounters settle whether they happened, and when.
  const others = conditions.flatMap(({ fields }) => (typeof fields.encounter === 'string' ? [fields.encounter] : []));
  const missing = [...new Set(others)].filter((id) => !encounters.has(id));
  for (const record of (await readRecords(sql, facility.code, missing)).filter(isOf('encounter')))
    encounters.set(record.id, named(record));
  const people = [...encounters.values(), ...conditions].flatMap(({ fields }) =>
    typeof fields.patient === 'string' ? [fields.patient] : [],
  );
  const patients = await readRecords(sql, facility.code, [...new Set(people)]);
  const facts = drawFacts({
    encounters: [...encounters.values()],
    conditions,
    patients: new Map(patients.filter(isOf('patient')).map((record) => [record.id, named(record).fields])),
  });
  const sources = [...encounters.keys(), ...conditions.map(({ id }) => id)].map(factSource);
  await replaceFacts(sql, facility.code, { sources, facts });
}

/** What is counted at a facility: what its own nodes recorded, not the copies that others let it have. */
async function ownOf(sql: Sql, { code, nodes }: FactFacility, rows: readonly StoredFields[]): Promise<typeof rows> {
  const creations = await new Register(sql, code).creationsOf(rows.map(({ id }) => id));
  const own = new Set(creations.filter((creation) => nodes.includes(creation.node)).map(({ id }) => id));
  return rows.filter(({ id }) => own.has(id));
}

function isOf(name: string): (record: StoredFields) => boolean {
  const { number } = recordTypeNamed(name);
  return ({ type }) => type === number;
}

function named({ id, type, fields }: StoredFields): NamedRecord {
  const declaration = recordTypeNumbered(type);
  return { id, fields: declaration === undefined ? {} : namedFields(declaration, fields) };
}
