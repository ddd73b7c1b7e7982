import type { ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import { resourceKind } from '@santehaggui/protocols/fhir/resource-kinds.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { ConsentFilter, ConsentGate, type Destination } from '../consent/consent-gate.ts';
import {
  type ExportedRecords,
  type ExportFormat,
  type ExportSelection,
  exportCsv,
  exportFhir,
  exportNdjson,
} from './export-records.ts';
import { type ImportParts, type ImportRequest, runImport } from './import-run.ts';
import type { InterchangeCaller } from './import-writer.ts';
import { failInterchange } from './interchange-errors.ts';

/** An export as it is asked for. `type` is a record name (`patient`) or a FHIR resource type (`Procedure`). */
export type ExportRequest = {
  readonly format: ExportFormat;
  readonly type?: string;
  readonly caller: InterchangeCaller;
  /** Who is to have it; without it the facility keeps a copy of its own, and all records are in it. */
  readonly to?: Destination;
};

/** Records from other systems in, and all records out. */
export type Interchange = {
  /** Imports FHIR R4 files; what is wrong with a file is in the result. Throws SH-K200 while another import runs. */
  importFhir(request: ImportRequest): Promise<ImportResult>;
  /** Whether one runs now. */
  isImporting(): boolean;
  /** Streams records. Throws SH-I200, SH-I201 at once, before the first piece; the export is audited then too. */
  exportRecords(request: ExportRequest): AsyncIterable<string>;
};

/** The interchange of a node. */
export function createInterchange({ log, ...parts }: ImportParts & { readonly log: Log }): Interchange {
  const gate = new ConsentGate(parts);
  let isImporting = false;
  return {
    isImporting: () => isImporting,
    importFhir: async (request) => {
      if (isImporting) throw failInterchange('SH-K200');
      isImporting = true;
      try {
        const result = await runImport(parts, request);
        const { files, refusals, unresolved, seconds } = result;
        log.info('import-ended', { files, refusals: refusals.length, unresolved: unresolved.length, seconds });
        return result;
      } finally {
        isImporting = false;
      }
    },
    exportRecords: ({ format, type, caller, to }) => {
      const selection = selectionOf(type);
      const recordType = selection.type;
      if (format === 'csv' && recordType === undefined) throw failInterchange('SH-I201');
      const filter = to === undefined ? undefined : new ConsentFilter(gate, to);
      parts.audit.append(caller, {
        action: 'export',
        recordType: recordType?.name ?? 'records',
        ...(to === undefined ? {} : { purpose: to.purpose }),
        detail: { format, event: 'PrivacyDisclosure', via: to === undefined ? 'own-copy' : 'records-export' },
      });
      const records: ExportedRecords =
        filter === undefined
          ? { store: parts.store }
          : {
              store: parts.store,
              admits: (record) => filter.admits(record),
              // Before the end is told: who has read it whole finds its disclosures noted.
              onEnd: () => filter.note(caller, 'records-export'),
            };
      if (format === 'fhir') return exportFhir(records, selection);
      return format === 'csv' && recordType !== undefined
        ? exportCsv(records, recordType)
        : exportNdjson(records, selection);
    },
  };
}

function selectionOf(name: string | undefined): ExportSelection {
  if (name === undefined) return { type: undefined, resourceType: undefined };
  const own = RECORD_TYPES.find((type) => type.name === name || type.plural === name);
  if (own !== undefined) return { type: own, resourceType: undefined };
  const kind = resourceKind(name);
  if (kind === undefined) throw failInterchange('SH-I200', { why: name });
  return { type: kind.recordType, resourceType: kind.resourceType };
}
