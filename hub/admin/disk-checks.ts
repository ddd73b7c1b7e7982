import type { HealthCheck } from '@santehaggui/protocols/api/admin-api.ts';
import { RESERVE_BYTES } from '../attachments/attachments-service.ts';

/** Of the hub's disk: below {@link RESERVE_BYTES} no attachments are kept any more, below a tenth of that soon nothing at all. */
export function diskChecks(freeBytes: number): readonly HealthCheck[] {
  if (freeBytes >= RESERVE_BYTES) return [];
  return [
    {
      name: 'disk',
      state: freeBytes < RESERVE_BYTES / 10 ? 'failing' : 'degraded',
      detail: `${Math.floor(freeBytes / 1024 ** 2)} Mo libres : les documents joints attendent aux postes`,
      remedy: 'Libérez de la place sur le disque du hub, ou agrandissez-le : sans elle, plus rien n’arrive.',
    },
  ];
}
