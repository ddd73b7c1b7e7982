import type { EmergencyCounts } from '@santehaggui/protocols/api/emergency-api.ts';
import type { FoundCheck } from './health-service.ts';

/** Emergency accesses that nobody has looked at yet: wrong only once their day is over. */
export function emergencyChecks({ waiting, overdue }: EmergencyCounts): readonly FoundCheck[] {
  const name = 'emergency-access';
  if (waiting === 0) return [];
  if (overdue === 0) {
    return [
      {
        ...{ name, state: 'ok' },
        detail: {
          fr: `${waiting} accès d’urgence à examiner (page /urgences)`,
          en: `${waiting} emergency accesses to be reviewed (page /urgences)`,
        },
      },
    ];
  }
  return [
    {
      ...{ name, state: 'degraded' },
      detail: {
        fr: `${overdue} accès d’urgence que personne n’a examinés à temps, ${waiting} en tout`,
        en: `${overdue} emergency accesses that nobody has reviewed in time, ${waiting} in all`,
      },
      remedy: {
        fr: 'Le responsable ouvre la page /urgences du poste et dit pour chacun s’il était justifié.',
        en: 'Whoever is responsible opens the page /urgences of the node and says of each whether it was justified.',
      },
    },
  ];
}
