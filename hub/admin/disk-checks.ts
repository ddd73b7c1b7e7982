import type { HealthCheck } from '@santehaggui/protocols/api/admin-api.ts';

const LOW_DISK_MEGABYTES = 1024;

/** Of the hub's disk: below a gigabyte no attachments are kept any more, below a tenth of that soon nothing at all. */
export function diskChecks(freeBytes: number): readonly HealthCheck[] {
  const megabytes = Math.floor(freeBytes / 1024 ** 2);
  if (megabytes >= LOW_DISK_MEGABYTES) return [];
  return [
    {
      name: 'disk',
      state: megabytes < LOW_DISK_MEGABYTES / 10 ? 'failing' : 'degraded',
      detail: `${megabytes} Mo libres : les documents joints attendent aux postes`,
      remedy: 'Libérez de la place sur le disque du hub, ou agrandissez-le : sans elle, plus rien n’arrive.',
    },
  ];
}
