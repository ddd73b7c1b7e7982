import type { Bilingual } from '../bilingual.ts';

/** Why a change was refused, in words: what is wrong, and what a person does about it. */
export type RefusalWords = { readonly title: Bilingual; readonly remedy: Bilingual };

/** The codes with which a hub keeps a change in quarantine and acknowledges it: both ends tell them in the same words. */
export const REFUSALS = {
  'SH-X300': {
    title: { fr: 'Changement illisible', en: 'Unreadable change' },
    remedy: {
      fr: 'Gardé en quarantaine ; signalez-le avec la version du nœud.',
      en: 'Kept in quarantine; report it with the node’s version.',
    },
  },
  'SH-X301': {
    title: { fr: 'Changement d’une incarnation jamais ouverte', en: 'Change of an incarnation that was never opened' },
    remedy: { fr: 'Gardé en quarantaine ; signalez-le.', en: 'Kept in quarantine; report it.' },
  },
  'SH-X302': {
    title: { fr: 'La chaîne du journal ne se prolonge pas', en: 'The journal’s chain is not continued' },
    remedy: {
      fr: 'Le disque du nœud a peut-être été restauré ou modifié : à faire examiner.',
      en: 'The node’s disk may have been restored or altered: have it examined.',
    },
  },
  'SH-X303': {
    title: { fr: 'Valeur que ce champ ne peut contenir', en: 'Value that the field cannot hold' },
    remedy: {
      fr: 'Gardé en quarantaine ; corrigez la fiche au nœud.',
      en: 'Kept in quarantine; correct the record at the node.',
    },
  },
  'SH-X304': {
    title: {
      fr: 'Changement d’une fiche que ce nœud ne détient pas',
      en: 'Change of a record that this node does not hold',
    },
    remedy: { fr: 'Gardé en quarantaine ; signalez-le.', en: 'Kept in quarantine; report it.' },
  },
  'SH-X305': {
    title: {
      fr: 'Changement d’une fiche réservée au registre du hub',
      en: 'Change of a record reserved to the hub’s registry',
    },
    remedy: { fr: 'Corrigez l’établissement au hub.', en: 'Correct the facility at the hub.' },
  },
} as const satisfies Readonly<Record<string, RefusalWords>>;

/** A code of {@link REFUSALS}. */
export type RefusalCode = keyof typeof REFUSALS;

/** The words of a refusal; undefined for a code that only a newer hub knows. */
export function refusalWords(code: string): RefusalWords | undefined {
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code as RefusalCode] : undefined;
}
