import type { ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import { resourceKind } from '@santehaggui/protocols/fhir/resource-kinds.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { type ExportFormat, type ExportSelection, exportCsv, exportFhir, exportNdjson } from './export-records.ts';
import { type ImportParts, type ImportRequest, runImport } from './import-run.ts';
import type { InterchangeCaller } from './import-writer.ts';
import { failInterchange } from './interchange-errors.ts';

/** An export as it is asked for. `type` is a record name (`patient`) or a FHIR resource type (`Procedure`). */
export type ExportRequest = {
  readonly format: ExportFormat;
  readonly type?: string;
  readonly caller: InterchangeCaller;
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
    exportRecords: ({ format, type, caller }) => {
      const selection = selectionOf(type);
      const recordType = selection.type;
      if (format === 'csv' && recordType === undefined) throw failInterchange('SH-I201');
      parts.audit.append(caller, { action: 'export', recordType: recordType?.name ?? 'records', detail: { format } });
      if (format === 'fhir') return exportFhir(parts.store, selection);
      return format === 'csv' && recordType !== undefined
        ? exportCsv(parts.store, recordType)
        : exportNdjson(parts.store, selection);
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
