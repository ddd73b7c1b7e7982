import { recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { Sql } from '../database/sql.ts';
import { type Disclosure, type DisclosureReason, takeDisclosures } from './disclosure-store.ts';

const AT_ONCE = 5000;
/** FHIR R4 v3-PurposeOfUse. */
const PURPOSES: Readonly<Record<DisclosureReason, string>> = {
  referral: 'TREAT',
  consent: 'TREAT',
  emergency: 'ETREAT',
};

/**
 * For the outbox, and every few minutes for what was given without anything that stands there: tells in the hub's audit trail whose records went from where to where, why, and how many of each type. One entry a
 * patient and gift; what a record says is in none of them.
 */
export async function auditDisclosures(sql: Sql, audit: HubAuditTrail): Promise<void> {
  for (const ofOne of Map.groupBy(await takeDisclosures(sql, AT_ONCE), keyOf).values()) {
    const [{ source, destination, because, patient }] = ofOne as [Disclosure, ...Disclosure[]];
    // Staff and facilities go along with a patient's records, and are told of with them.
    if (patient === null) continue;
    const names = Map.groupBy(ofOne, ({ type }) => recordTypeNumbered(type)?.name ?? 'unknown');
    const records = Object.fromEntries([...names].map(([name, all]) => [name, all.length]));
    const entry = { action: 'export', recordType: 'patient', recordId: patient, patientId: patient };
    const detail = { from: source, to: destination, because, records };
    await audit.append({ kind: 'daemon' }, { ...entry, purpose: PURPOSES[because], detail }, sql);
  }
}

function keyOf({ source, destination, because, patient }: Disclosure): string {
  return `${source} ${destination} ${because} ${patient ?? ''}`;
}
