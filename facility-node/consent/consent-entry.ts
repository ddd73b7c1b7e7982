import type { ConsentCapture, ConsentTerms } from '@santehaggui/protocols/api/consent-api.ts';
import { HOME_COUNTRY, isMinor, lastDayOfMinority } from '@santehaggui/protocols/consents/consent-decision.ts';
import { addYears, dayOf, hasBegun, hasEnded } from '@santehaggui/protocols/consents/consent-period.ts';
import { CONSENT_WORDING } from '@santehaggui/protocols/consents/consent-text.ts';
import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import type { Bilingual } from '@santehaggui/runtime/errors/bilingual.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';

/** What terms are judged by. */
export type TermsContext = {
  readonly nowMs: number;
  /** Of the patient, as stored. */
  readonly birthDate: string | undefined;
  /** Id of this facility's own record. */
  readonly own: string | null;
};

/** What is wrong with the terms of a consent, by field. */
export function termsProblems(terms: ConsentTerms, { nowMs, birthDate, own }: TermsContext): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const say = (field: string, fr: string, en: string): void => {
    problems.push({ field, message: { fr, en } satisfies Bilingual });
  };
  const named = [terms.recipient, terms.isForDistrict, terms.recipientName].filter((one) => one !== undefined).length;
  if (named > 1) say('recipient', 'un seul destinataire par consentement', 'one recipient for each consent');
  if (named === 0 && terms.decision === 'permit')
    say('recipient', 'dites qui recevra les données', 'say who will receive the data');
  if (terms.recipient !== undefined && terms.recipient === own)
    say('recipient', 'c’est ce centre lui-même', 'this is this very facility');
  if (terms.country !== undefined && terms.country !== HOME_COUNTRY && terms.recipientName === undefined)
    say(
      'recipientName',
      'dites qui, dans ce pays, recevra les données',
      'say who in that country will receive the data',
    );
  const isForOthers = ['HPAYMT', 'HRESCH', 'PUBHLTH'].includes(terms.purpose);
  if (isForOthers && terms.decision === 'permit' && terms.recipientName === undefined)
    say('recipientName', 'ce but demande le nom du destinataire', 'this purpose needs the name of who receives');
  const today = dayOf(nowMs);
  if (hasEnded(terms.until, today)) say('until', 'cette date est passée', 'this date is past');
  if (terms.from !== undefined && terms.until !== undefined && hasEnded(terms.until, terms.from.replace('~', '')))
    say('until', 'la fin précède le début', 'the end is before the start');
  if (terms.decision === 'deny' && !hasBegun(terms.from, today))
    say('from', 'un refus vaut tout de suite', 'a denial counts at once');
  const minor = isMinor(birthDate, nowMs);
  const hasGuardian = terms.guardian !== undefined && terms.guardianRelation !== undefined;
  if (minor === true && !hasGuardian)
    say(
      'guardian',
      'enfant : nommez le parent ou tuteur, et son lien',
      'a child: name the parent or guardian, and the relation',
    );
  if (minor === false && (terms.guardian ?? terms.guardianRelation) !== undefined)
    say('guardian', 'le patient est majeur : il décide lui-même', 'the patient is of age and decides alone');
  return problems;
}

/**
 * The last day of a consent: what was asked for, but no later than the last day of minority where a guardian gives it, and than a
 * year where nobody knows how old the child is.
 */
export function lastDayOf(terms: ConsentTerms, { nowMs, birthDate }: TermsContext): string | undefined {
  if (terms.guardian === undefined) return terms.until;
  const bound = (birthDate === undefined ? undefined : lastDayOfMinority(birthDate)) ?? addYears(dayOf(nowMs), 1, 0);
  if (bound === undefined || terms.until === undefined) return bound ?? terms.until;
  const asked = terms.until.replace('~', '');
  return asked <= bound.slice(0, asked.length) ? terms.until : bound;
}

/** The fields of the record that a consent's terms are. */
export function fieldsOf(terms: ConsentTerms, until: string | undefined): Readonly<Record<string, FieldValue>> {
  const { country, ...rest } = terms;
  const fields: Readonly<Record<string, FieldValue | undefined>> = {
    ...rest,
    until,
    country: country === HOME_COUNTRY ? undefined : country,
    classes: [...new Set(terms.classes)].sort(),
    refused: terms.refused === undefined ? undefined : [...new Set(terms.refused)].sort(),
    status: 'active',
    wording: CONSENT_WORDING,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, FieldValue] => entry[1] !== undefined),
  );
}

/** Whose finger, voice or phone said yes. */
export function giverOf({ guardian }: ConsentTerms): 'guardian' | 'patient' {
  return guardian === undefined ? 'patient' : 'guardian';
}

/** How it was given, as the record says it; the evidence of a code is its proof. */
export function captureFields(
  capture: ConsentCapture,
  evidence: string | undefined,
): Readonly<Record<string, FieldValue>> {
  const { way } = capture;
  return {
    capture: way,
    ...(way === 'spoken-before-witness' ? { witness: capture.witness } : {}),
    ...(evidence === undefined ? {} : { evidence }),
  };
}
