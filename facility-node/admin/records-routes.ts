import { type ImportEvent, importRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { writePieces } from '@santehaggui/runtime/http/write-pieces.ts';
import { z } from 'zod';
import { exportContentType } from '../interchange/export-records.ts';
import type { Interchange } from '../interchange/interchange.ts';
import { type AdminRoute, signedRoute } from './admin-route.ts';
import type { RecordReadingService } from './record-reading-service.ts';

/** What the records' routes speak to. */
export type RecordParts = { readonly reading: RecordReadingService; readonly interchange: Interchange };

// Thousands of paths are a long list.
const MAX_IMPORT_BODY_BYTES = 16 * 1024 * 1024;

// Without `to` it is the facility's own copy; a purpose or a country of nobody would say nothing.
const exportQuery = z
  .object({
    format: z.enum(['fhir', 'ndjson', 'csv']),
    type: z.string().min(1).max(60).optional(),
    to: z.string().trim().min(2).max(120).optional(),
    purpose: z.enum(['TREAT', 'HPAYMT', 'HRESCH', 'PUBHLTH']).optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'le code du pays en deux lettres est attendu')
      .optional(),
  })
  .refine(({ to, purpose, country }) => to !== undefined || (purpose === undefined && country === undefined), {
    path: ['to'],
    error: 'dites à qui',
  })
  .refine(({ to, purpose }) => to === undefined || purpose !== undefined, {
    path: ['purpose'],
    error: 'dites pour quoi',
  });

/** Records over the admin socket, for staff who have signed in. */
export function recordsRoutes({ reading, interchange }: RecordParts): readonly AdminRoute[] {
  return [
    signedRoute({
      method: 'get',
      path: '/records/export',
      policy: { kind: 'may', action: 'export', subject: 'records' },
      summary: 'Exporter les dossiers',
      query: exportQuery,
      handler: async ({ principal, query: { format, type, to, purpose = 'HOPERAT', country }, response }) => {
        const pieces = interchange.exportRecords({
          format,
          caller: principal,
          ...(type === undefined ? {} : { type }),
          ...(to === undefined ? {} : { to: { recipient: { kind: 'organisation', name: to }, purpose, country } }),
        });
        response.status(200).type(exportContentType(format));
        await writePieces(pieces, response);
        return undefined;
      },
    }),
    signedRoute({
      method: 'post',
      path: '/records/import',
      policy: { kind: 'may', action: 'import', subject: 'records' },
      summary: 'Importer des fichiers FHIR R4 que ce poste peut lire',
      body: importRequest,
      maxBodyBytes: MAX_IMPORT_BODY_BYTES,
      handler: async ({ principal, body: { files }, response }) => {
        const gone = new AbortController();
        response.once('close', () => gone.abort());
        const tell = (event: ImportEvent): void => {
          // The head leaves with the first event: what refuses the whole import before that is answered as a problem.
          if (!response.headersSent) response.status(200).type('application/x-ndjson');
          response.write(`${JSON.stringify(event)}\n`);
        };
        const result = await interchange.importFhir({
          files,
          caller: principal,
          signal: gone.signal,
          onProgress: tell,
        });
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
      handler: ({ principal, params: { id } }) => ({ body: reading.show(principal, id) }),
    }),
  ];
}
