import type { FoundCheck } from './health-service.ts';

/** How it is with the antivirus; nothing is said where none is configured, or it was not asked yet. */
export function scannerChecks(isThere: boolean | null): readonly FoundCheck[] {
  if (isThere === null) return [];
  if (isThere)
    return [
      {
        ...{ name: 'antivirus', state: 'ok' },
        detail: { fr: 'regarde chaque document joint', en: 'looks at every attachment' },
      },
    ];
  return [
    {
      ...{ name: 'antivirus', state: 'failing' },
      detail: {
        fr: 'ne répond pas : aucun document joint ne s’envoie ni ne se lit',
        en: 'does not answer: no attachment is taken or shown',
      },
      remedy: {
        fr: 'systemctl restart clamav-daemon ; sinon, retirez documents.scanner de la configuration et redémarrez le poste.',
        en: 'systemctl restart clamav-daemon; else take documents.scanner out of the configuration and restart the node.',
      },
    },
  ];
}
