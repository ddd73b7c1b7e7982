import type { frEmergencies } from './fr-emergencies.ts';

/** The sentences about emergency accesses, in English. */
export const enEmergencies: Readonly<Record<keyof typeof frEmergencies, string>> = {
  'emergency.listSummary': 'emergency accesses: how many, why, reviewed or not',
  'emergency.listDescription':
    'At a node each access, without any name: reviewing is done on the page /urgences. At a hub how many there were at each facility in 90 days.',
  'emergency.stateFlag': 'only these (at a node)',
  'emergency.limitFlag': 'how many, 50 by default',
  'emergency.none': 'No emergency access',
  'emergency.since': 'Since {at}',
  'emergency.counts': '{open} open, {waiting} to be reviewed, {overdue} overdue',
  'emergency.elsewhere': 'reviewed at the other facility',
  'emergency.reviewBy': 'to be reviewed by {at}',
  'emergency.at': 'Opened',
  'emergency.until': 'Until',
  'emergency.closed': 'closed',
  'emergency.role': 'Role',
  'emergency.why': 'Reason',
  'emergency.review': 'Review',
  'emergency.opened': 'Opened',
  'emergency.askedOthers': 'To others',
  'emergency.waiting': 'To review',
  'emergency.overdue': 'Overdue',
  'emergency.justified': 'Justified',
  'emergency.unjustified': 'Not justified',
};
