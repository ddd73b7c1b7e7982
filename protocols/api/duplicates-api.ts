import { z } from 'zod';

/** `POST /api/v1/patients/{id}/merge`: the record that goes on. */
export const mergeRequest = z.strictObject({ into: z.uuid() });

/** What speaks for or against two records being one person, in words. */
const REASON_WORDS = {
  'same-nina': { fr: 'même NINA', en: 'same national number' },
  'other-nina': { fr: 'autre NINA', en: 'another national number' },
  'same-name': { fr: 'même nom', en: 'same name' },
  'similar-name': { fr: 'nom presque pareil', en: 'almost the same name' },
  'same-birth': { fr: 'même naissance', en: 'same birth' },
  'near-birth': { fr: 'naissance proche', en: 'birth close by' },
  'other-birth': { fr: 'autre naissance', en: 'another birth' },
  'other-sex': { fr: 'autre sexe', en: 'another sex' },
  'same-phone': { fr: 'même téléphone', en: 'same phone' },
  'same-village': { fr: 'même village', en: 'same village' },
  'same-guardian': { fr: 'même parent ou tuteur', en: 'same guardian' },
} as const;

/** One of the reasons that {@link DuplicateCandidate} gives. */
export type DuplicateReasonName = keyof typeof REASON_WORDS;

/** A reason in words. */
export function reasonWords(reason: DuplicateReasonName, language: 'fr' | 'en'): string {
  return REASON_WORDS[reason][language];
}

/** One item of `GET /api/v1/patients/{id}/duplicates`: a record that may be of the same person, 0 to 100. */
export type DuplicateCandidate<Patient> = {
  readonly patient: Patient;
  readonly score: number;
  readonly reasons: readonly { readonly kind: DuplicateReasonName; readonly words: string }[];
};
