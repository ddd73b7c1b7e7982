import { setImmediate as letOthersIn } from 'node:timers/promises';
import { csvLine } from '@santehaggui/protocols/csv-line.ts';
import { joinContent } from '@santehaggui/protocols/fhir/document-content.ts';
import { isReferenceTo } from '@santehaggui/protocols/fhir/reference.ts';
import { type FhirIdentity, fhirIdentity, type References, toFhir } from '@santehaggui/protocols/fhir/to-fhir.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import { AttachmentStore } from '../store/attachment-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { ExportStore } from './export-store.ts';

/** The formats of an export. */
export const EXPORT_FORMATS = ['fhir', 'ndjson', 'csv'] as const;

/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is to be exported; without a type all of them. `resourceType` leaves out what goes out as another. */
export type ExportSelection = { readonly type: RecordType | undefined; readonly resourceType: string | undefined };

/** Where records are exported from: all of a store, or those that `admits` takes; `onEnd` is called when all were looked at, or nobody reads on. */
export type ExportedRecords = {
  readonly store: RecordStore;
  readonly admits?: (record: StoredRecord) => boolean;
  readonly onEnd?: () => void;
};

const PAGE = 200;
const MAX_KNOWN_NAMES = 20_000;

/** The media type of a format. */
export function exportContentType(format: ExportFormat): string {
  const types = {
    fhir: 'application/fhir+json',
    ndjson: 'application/x-ndjson',
    csv: 'text/csv; charset=utf-8',
  } as const;
  return types[format];
}

/** All records as one R4 Bundle, in the order in which they came to be here; what came in as FHIR goes out as it came. */
export async function* exportFhir(records: ExportedRecords, selection: ExportSelection): AsyncGenerator<string> {
  const references = referencesOf(records.store);
  const attachments = new AttachmentStore(records.store);
  yield '{"resourceType":"Bundle","type":"collection"';
  let separator = ',"entry":[';
  for await (const record of recordsOf(records, selection.type)) {
    const entry = toFhir({ ...record, retracted: retractedFields(record) }, references);
    const content = record.type.name === documentReference.name ? attachments.find(record.id) : undefined;
    if (content?.isWhole === true) joinContent(entry.resource, attachments.part(record.id, 0, content.size));
    if (selection.resourceType !== undefined && entry.resource.resourceType !== selection.resourceType) continue;
    yield `${separator}\n${JSON.stringify(entry)}`;
    separator = ',';
  }
  // An empty array is not allowed (FHIR R4 §2.6.2): then there is no entry at all.
  yield separator === ',' ? '\n]}\n' : '}\n';
}

/** One record a line, by the names of the API. */
export async function* exportNdjson(records: ExportedRecords, selection: ExportSelection): AsyncGenerator<string> {
  for await (const { id, type, fields } of recordsOf(records, selection.type)) {
    yield `${JSON.stringify({ type: type.name, id, ...toApiFields(type, fields) })}\n`;
  }
}

/** One record a line, one field a column, `source` left out; members of a set are separated by semicolons (RFC 4180). */
export async function* exportCsv(records: ExportedRecords, type: RecordType): AsyncGenerator<string> {
  const columns = Object.keys(type.fields).filter((name) => name !== 'source');
  yield csvLine(['id', ...columns]);
  for await (const { id, fields } of recordsOf(records, type)) {
    const shown = toApiFields(type, fields);
    yield csvLine([id, ...columns.map((name) => shown[name])]);
  }
}

async function* recordsOf(
  { store, admits = () => true, onEnd }: ExportedRecords,
  type: RecordType | undefined,
): AsyncGenerator<StoredRecord> {
  const pages = new ExportStore(store.db);
  try {
    for (let position: number | undefined = 0; position !== undefined; ) {
      const page: ReturnType<ExportStore['after']> = pages.after(position, { type, limit: PAGE });
      yield* page.records.filter(admits);
      position = page.last;
      await letOthersIn();
    }
  } finally {
    onEnd?.();
  }
}

/** How records are called outside, by their own sources, so that an export needs no table of foreign ids. */
function referencesOf(store: RecordStore): References {
  const known = new Map<string, FhirIdentity | undefined>();
  const identityOf = (recordId: string): FhirIdentity | undefined => {
    if (!known.has(recordId)) {
      if (known.size >= MAX_KNOWN_NAMES) known.clear();
      const record = store.record(recordId);
      known.set(recordId, record === undefined ? undefined : fhirIdentity(record));
    }
    return known.get(recordId);
  };
  return {
    isNameOf: (reference, recordId) => {
      const identity = identityOf(recordId);
      return identity !== undefined && isReferenceTo(reference, identity);
    },
    nameOf: (recordId) => identityOf(recordId)?.fullUrl ?? `urn:uuid:${recordId}`,
  };
}

/** Fields that someone emptied: they were written, and hold nothing. */
function retractedFields({ type, fields, stamps }: StoredRecord): string[] {
  return Object.entries(type.fields)
    .filter(([name, { number }]) => fields[name] === undefined && stamps[String(number)] !== undefined)
    .map(([name]) => name);
}
