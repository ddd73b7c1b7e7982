import { backupRequest, verifyBackupRequest } from '@santehaggui/protocols/api/backup-api.ts';
import { z } from 'zod';
import type { BackupService } from '../backup/backup-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** Backups, for the machine's operator: nothing here shows a person's record. */
export function backupRoutes(backups: BackupService): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/backups',
      summary: 'Les sauvegardes d’un dossier',
      query: z.object({ directory: z.string().min(1).optional() }),
      handler: ({ query }) => ({ body: backups.list(query.directory) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/backups',
      summary: 'Faire une sauvegarde, et la relire',
      body: backupRequest,
      handler: async ({ body }) => ({ status: 201, body: await backups.create(body.directory) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/backups/verify',
      summary: 'Relire une sauvegarde : la remettre à côté et comparer',
      body: verifyBackupRequest,
      handler: async ({ body }) => ({ body: await backups.verify(body.file, body.words) }),
    }),
  ];
}
