import type { SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { ATTACHMENT_WAITS } from '@santehaggui/protocols/documents/attachment-wait.ts';
import type { FoundCheck } from './health-service.ts';

const DAY_SECONDS = 24 * 3600;

/** Attachments that have been waiting for days to be carried: how many, and of the oldest which, since when and why. */
export function attachmentChecks({ attachments: { stalled, stalledCount } }: SyncStatus): readonly FoundCheck[] {
  const [oldest] = stalled;
  if (oldest === undefined) return [];
  const { record, isToHub, ageSeconds, why } = oldest;
  const days = Math.floor(ageSeconds / DAY_SECONDS);
  const words = ATTACHMENT_WAITS[why];
  return [
    {
      name: 'attachments',
      state: 'degraded',
      detail: {
        fr: `${stalledCount} documents joints attendent depuis plus de deux jours ; le plus ancien, ${record}, à ${isToHub ? 'envoyer' : 'recevoir'} depuis ${days} j : ${words.fr}`,
        en: `${stalledCount} attachments have been waiting for more than two days; the oldest, ${record}, to ${isToHub ? 'go' : 'come'} for ${days} d: ${words.en}`,
      },
      remedy: {
        fr: '« haggui sync status » dit lesquels et pourquoi ; sans réseau, portez-les par clé (« haggui sync export »).',
        en: '“haggui sync status” says which and why; without a network carry them on a stick (“haggui sync export”).',
      },
    },
  ];
}
