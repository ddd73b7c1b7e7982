import type { Bilingual } from '../bilingual.ts';

/** Why a content is not where it is to be. The first three concern the link, `disk` this machine, `changes` goes before all content, the others are what the hub said. */
export const ATTACHMENT_WAITS = {
  enrolment: { fr: 'ce poste n’est inscrit à aucun hub', en: 'this node is enrolled with no hub' },
  revoked: {
    fr: 'le hub a retiré ce poste à l’établissement',
    en: 'the hub has taken this node away from the facility',
  },
  connection: { fr: 'pas de liaison avec le hub', en: 'no link to the hub' },
  disk: { fr: 'le disque de ce poste est presque plein', en: 'the disk of this node is nearly full' },
  changes: { fr: 'les données passent d’abord', en: 'the data go first' },
  unknown: {
    fr: 'le hub n’a pas pris la fiche de ce document',
    en: 'the hub has not taken the record of this document',
  },
  differs: { fr: 'ce qui est arrivé n’est pas le fichier annoncé', en: 'what came is not the file that was announced' },
  later: { fr: 'le hub ne peut rien garder pour l’instant', en: 'the hub can keep nothing at present' },
  absent: {
    fr: 'l’établissement d’origine ne l’a pas encore envoyé',
    en: 'the facility of its origin has not sent it yet',
  },
  carrying: { fr: 'en route, la liaison est lente', en: 'under way, the link is slow' },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** One of {@link ATTACHMENT_WAITS}. */
export type AttachmentWait = keyof typeof ATTACHMENT_WAITS;
