import { once } from 'node:events';
import { importRequest, type ImportEvent } from '@santehaggui/protocols/api/admin-api.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { Response } from 'express';
import { z } from 'zod';
import type { AuditService } from '../audit/audit-service.ts';
import { exportContentType } from '../interchange/export-records.ts';
import type { Interchange } from '../interchange/interchange.ts';
import type { Staff } from '../people/caller.ts';
import { may, type Subject } from '../people/permissions.ts';
import { patientOf } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import { failStore } from '../store/store-errors.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { type AdminRoute, signedRoute } from './admin-route.ts';

/** What the records' routes speak to. */
export type RecordParts = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly interchange: Interchange;
};

const exportQuery = z.object({ format: z.enum(['fhir', 'ndjson', 'csv']), type: z.string().min(1).max(60).optional() });

/** Records over the admin socket, for staff who have signed in. */
export function recordsRoutes({ store, audit, interchange }: RecordParts): readonly AdminRoute[] {
  return [
    signedRoute({
      method: 'get',
      path: '/records/export',
      policy: { kind: 'may', action: 'export', subject: 'records' },
      summary: 'Exporter les dossiers',
      query: exportQuery,
      handler: async ({ principal, query: { format, type }, response }) => {
        const pieces = interchange.exportRecords({ format, caller: principal, ...(type === undefined ? {} : { type }) });
        response.status(200).type(exportContentType(format));
        await writeAll(pieces, response);
        return undefined;
      },
    }),
    signedRoute({
      method: 'post',
      path: '/records/import',
      policy: { kind: 'may', action: 'import', subject: 'records' },
      summary: 'Importer des fichiers FHIR R4 que ce poste peut lire',
      body: importRequest,
      maxBodyBytes: 16 * 1024 * 1024,
      handler: async ({ principal, body: { files }, response }) => {
        const gone = new AbortController();
        response.once('close', () => gone.abort());
        const tell = (event: ImportEvent): void => {
          // The head leaves with the first event: what refuses the whole import before that is answered as a problem.
          if (!response.headersSent) response.status(200).type('application/x-ndjson');
          response.write(`${JSON.stringify(event)}\n`);
        };
        const result = await interchange.importFhir({ files, caller: principal, signal: gone.signal, onProgress: tell });
        tell({ event: 'result', result });
        response.end();
        return undefined;
      },
    }),
    signedRoute({
      method: 'get',
      path: '/records/:id',
      policy: { kind: 'signed-in' },
      summary: 'Montrer un enregistrement',
      params: z.object({ id: z.uuid() }),
      handler: ({ principal, params: { id } }) => {
        const record = store.record(id);
        if (record === undefined) throw failStore('SH-N101', { why: id });
        noteRead({ staff: principal, record, audit });
        const { type, fields, lastStamp } = record;
        const { source: _source, ...shown } = toApiFields(type, fields);
        return { body: { id, type: type.name, version: lastStamp, fields: shown } };
      },
    }),
  ];
}

function noteRead({ staff, record, audit }: { readonly staff: Staff; readonly record: StoredRecord; readonly audit: AuditService }): void {
  const { id: recordId, type } = record;
  const isAllowed = may(staff.role, 'read', type.name as Subject);
  const patientId = patientOf(record);
  audit.append(staff, {
    action: 'read',
    recordType: type.name,
    recordId,
    ...(patientId === undefined ? {} : { patientId }),
    ...(isAllowed ? {} : { decision: 'deny' as const }),
    detail: { via: 'admin' },
  });
  if (!isAllowed) throw failRuntime('SH-A002');
}

async function writeAll(pieces: AsyncIterable<string>, response: Response): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
