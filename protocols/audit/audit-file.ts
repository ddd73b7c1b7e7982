import type { AuditLine } from '../api/audit-api.ts';
import { csvLine } from '../csv-line.ts';
import { auditEventResource } from '../fhir/audit-event.ts';

/** The formats of an export of a trail. */
export type AuditFileFormat = 'csv' | 'ndjson' | 'fhir';

/** Entries as the pieces of a file; `observer` is the facility whose trail it is, or the hub. FHIR: a Bundle of AuditEvents of IHE BALP. */
export function auditFile(
  lines: AsyncIterable<AuditLine>,
  format: AuditFileFormat,
  observer: string,
): AsyncIterable<string> {
  if (format === 'ndjson') return ndjson(lines);
  return format === 'csv' ? csv(lines) : bundle(lines, observer);
}

async function* ndjson(lines: AsyncIterable<AuditLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

const CSV_COLUMNS = [
  ...(['number', 'at', 'login', 'practitionerId', 'role', 'action', 'recordType', 'recordId', 'patientId'] as const),
  ...(['purpose', 'decision', 'sourceAddress', 'requestId'] as const),
];

async function* csv(lines: AsyncIterable<AuditLine>): AsyncGenerator<string> {
  yield csvLine([...CSV_COLUMNS, 'detail']);
  for await (const line of lines)
    yield csvLine([
      ...CSV_COLUMNS.map((column) => line[column]),
      line.detail === null ? '' : JSON.stringify(line.detail),
    ]);
}

async function* bundle(lines: AsyncIterable<AuditLine>, observer: string): AsyncGenerator<string> {
  yield '{"resourceType":"Bundle","type":"collection"';
  let separator = ',"entry":[';
  for await (const line of lines) {
    yield `${separator}\n${JSON.stringify({ resource: auditEventResource(line, observer) })}`;
    separator = ',';
  }
  // An empty array is not allowed (FHIR R4 §2.6.2): then there is no entry at all.
  yield separator === ',' ? '\n]}\n' : '}\n';
}
