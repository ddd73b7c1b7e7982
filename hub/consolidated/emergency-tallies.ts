import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Sql } from '../database/sql.ts';
import type { OutboxEvent } from '../events/outbox-event.ts';
import { Register } from '../registers/register-service.ts';
import { factFacilities, putEmergencies } from './consolidated-store.ts';
import { factSource } from './facts.ts';

const EMERGENCY = recordTypeNamed('emergencyAccess');

/** For the outbox: counts emergency accesses where they were opened; whatever the order and however often an event comes. */
export async function tallyEmergencies(sql: Sql, events: readonly OutboxEvent[]): Promise<void> {
  const touched = Map.groupBy(events, ({ facility }) => facility);
  for (const facility of await factFacilities(sql, [...touched.keys()])) {
    const register = new Register(sql, facility.code);
    const ids = [...new Set((touched.get(facility.code) ?? []).flatMap(({ records }) => records))];
    const rows = [...(await register.records(ids)).values()].filter(({ type }) => type === EMERGENCY.number);
    const creations = await register.creationsOf(rows.map(({ id }) => id));
    const own = new Set(creations.filter(({ node }) => facility.nodes.includes(node)).map(({ id }) => id));
    const emergencies = rows
      .filter(({ id }) => own.has(id))
      .map(({ id, fields }) => ({ source: factSource(id), ...namedFields(EMERGENCY, fields) }));
    if (emergencies.length > 0) await putEmergencies(sql, facility.code, emergencies.map(toRow));
  }
}

function toRow({
  source,
  from,
  reviewBy,
  review,
  asksOthers,
}: { readonly source: Uint8Array } & Record<string, unknown>) {
  return {
    source,
    openedAt: new Date(Number(from ?? 0)),
    reviewBy: new Date(Number(reviewBy ?? from ?? 0)),
    review: review === 'justified' || review === 'unjustified' ? review : null,
    asksOthers: asksOthers === true,
  };
}
