import type { Bilingual } from '@santehaggui/runtime/errors/bilingual.ts';
import type { WitnessProblem } from '../audit/witness-service.ts';
import type { FoundCheck } from './health-service.ts';

const DETAILS: Readonly<Record<WitnessProblem, Bilingual>> = {
  'own-refused': {
    fr: 'le hub ne retrouve pas ici le journal d’audit qu’il avait contresigné : réécrit, ou remis à un état ancien',
    en: 'the hub does not find the audit trail here that it had countersigned: rewritten, or put back to an older state',
  },
  'hub-rewritten': {
    fr: 'le journal d’audit du hub n’est plus celui que ce poste avait contresigné',
    en: 'the hub’s audit trail is no longer the one that this node had countersigned',
  },
  'hub-damaged': {
    fr: 'le hub a trouvé des anomalies dans son journal d’audit, ou dans ses consentements de cet établissement',
    en: 'the hub found faults in its audit trail, or in its consents of this facility',
  },
};

const REMEDY: Bilingual = {
  fr: 'Ne touchez à rien, notez l’heure et prévenez le district : docs/operations/journal-audit.md.',
  en: 'Touch nothing, note the time and tell the district: docs/operations/journal-audit.md.',
};

/** What node and hub found as witnesses of each other, one check for each thing that is wrong. */
export function witnessChecks(problems: readonly WitnessProblem[]): readonly FoundCheck[] {
  return problems.map((problem) => ({
    name: 'audit',
    state: problem === 'own-refused' ? 'failing' : 'degraded',
    detail: DETAILS[problem],
    remedy: REMEDY,
  }));
}
