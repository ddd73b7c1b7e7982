import { namedFields, recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { Sql } from '../database/sql.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { type Disclosure, type DisclosureReason, takeDisclosures } from './disclosure-store.ts';

const AT_ONCE = 5000;
/** FHIR R4 v3-PurposeOfUse. */
const PURPOSES: Readonly<Record<DisclosureReason, string>> = {
  referral: 'TREAT',
  consent: 'TREAT',
  emergency: 'ETREAT',
};

/**
 * For the outbox: tells in the hub's audit trail whose records went from where to where, why, and how many of each type. One entry a
 * patient and gift; what a record says is in none of them.
 */
export async function auditDisclosures(sql: Sql, audit: HubAuditTrail): Promise<void> {
  for (const [destination, given] of Map.groupBy(await takeDisclosures(sql, AT_ONCE), (one) => one.destination)) {
    const ids = given.map(({ record }) => record);
    const rows = await new Register(sql, destination).records(ids);
    for (const [, ofOne] of Map.groupBy(given, (one) => keyOf(one, rows.get(one.record)))) {
      const [{ source, because, record }] = ofOne as [Disclosure, ...Disclosure[]];
      const patientId = ownerOf(rows.get(record));
      // Staff and facilities go along with a patient's records, and are told of with them.
      if (patientId === undefined) continue;
      const types = ofOne.map((one) => recordTypeNumbered(rows.get(one.record)?.type ?? 0)?.name ?? 'unknown');
      const counts = Object.fromEntries(
        [...Map.groupBy(types, (name) => name)].map(([name, all]) => [name, all.length]),
      );
      const detail = { from: source, to: destination, because, records: counts };
      const purpose = PURPOSES[because];
      await audit.append(
        { kind: 'daemon' },
        { action: 'export', recordType: 'patient', recordId: patientId, patientId, purpose, detail },
        sql,
      );
    }
  }
}

function keyOf({ source, because }: Disclosure, row: RecordRow | undefined): string {
  return `${source} ${because} ${ownerOf(row) ?? ''}`;
}

/** The patient whom a record is, or is about. */
function ownerOf(row: RecordRow | undefined): string | undefined {
  const type = row === undefined ? undefined : recordTypeNumbered(row.type);
  if (row === undefined || type === undefined) return undefined;
  if (type.name === 'patient') return row.id;
  const { patient } = namedFields(type, row.fields);
  return typeof patient === 'string' ? patient : undefined;
}
