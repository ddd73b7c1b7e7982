import type { EmergencyCounts } from '@santehaggui/protocols/api/emergency-api.ts';
import { MOST_A_DAY } from '@santehaggui/protocols/records/emergency-access.ts';
import type { FoundCheck } from './health-service.ts';

/** Emergency accesses that nobody has looked at yet: wrong only once their day is over; and those that ask more than the hub answers by itself. */
export function emergencyChecks(counts: EmergencyCounts): readonly FoundCheck[] {
  return [...reviewChecks(counts), ...limitChecks(counts)];
}

function limitChecks({ beyondLimit }: EmergencyCounts): readonly FoundCheck[] {
  if (beyondLimit === 0) return [];
  return [
    {
      ...{ name: 'emergency-limit', state: 'degraded' },
      detail: {
        fr: `${beyondLimit} accès d’urgence de plus que les ${MOST_A_DAY} en 24 heures auxquels le hub répond de lui-même`,
        en: `${beyondLimit} emergency accesses more than the ${MOST_A_DAY} in 24 hours that the hub answers by itself`,
      },
      remedy: {
        fr: 'Appelez les autres centres ; si ce ne sont pas des urgences d’ici, prévenez l’exploitant du hub.',
        en: 'Call the other facilities; if these are no emergencies of this one, tell the operator of the hub.',
      },
    },
  ];
}

function reviewChecks({ waiting, overdue }: EmergencyCounts): readonly FoundCheck[] {
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
