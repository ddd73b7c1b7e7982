import { sha256 } from '../crypto/hash.ts';
import type { NamedFields } from '../records/catalogue.ts';
import { codeWords } from '../records/value-words.ts';

/** Which words {@link consentText} uses: a consent names them, so that what was read out can be read again. */
export const CONSENT_WORDING = 'fr-1';

/** What people call those whom a consent names. */
export type ConsentNames = {
  readonly patient: string;
  /** Of the facility that takes the consent down. */
  readonly facility: string;
  /** Of the record in `recipient`; undefined when the consent names none. */
  readonly recipient: string | undefined;
};

/**
 * What is shown or read out before a consent is given, in French, for those who hear it for the first time. The same terms and names
 * give the same text.
 */
export function consentText(terms: NamedFields, names: ConsentNames): string {
  const isDenial = terms.decision === 'deny';
  const who = terms.guardian === undefined ? names.patient : `${terms.guardian}, pour ${names.patient}`;
  const verb = isDenial ? 'je refuse que' : 'j’accepte que';
  const lines = [
    `Moi, ${who}, ${verb} ${recipientWords(terms, names)} reçoive de ${names.facility} : ${classWords(terms.classes)}.`,
    `But : ${codeWords(String(terms.purpose), 'fr')}.`,
  ];
  const refused = Array.isArray(terms.refused) ? terms.refused : [];
  if (refused.length > 0) lines.push(`Jamais : ${classWords(refused)}.`);
  if (terms.country !== undefined)
    lines.push(`Ces données sortent du Mali et vont dans ce pays : ${countryName(String(terms.country))}.`);
  const { from, until } = terms;
  if (typeof from === 'string') lines.push(`À partir du ${dayWords(from)}.`);
  lines.push(typeof until === 'string' ? `Jusqu’au ${dayWords(until)}.` : 'Sans date de fin.');
  lines.push(
    isDenial
      ? 'Je peux changer d’avis à tout moment, ici ou dans un autre centre.'
      : 'Je peux retirer cet accord à tout moment, ici ou dans un autre centre, sans donner de raison : je serai soigné pareil.',
  );
  return lines.join('\n');
}

/** SHA-256 of a text as base64url: what a code sent by short message is bound to. */
export function textHash(text: string): string {
  return Buffer.from(sha256(text)).toString('base64url');
}

/** Classes of data in French, in the order of the catalogue's list. */
export function classWords(classes: NamedFields[string] | undefined): string {
  const names = Array.isArray(classes) ? (classes as readonly string[]) : [];
  return names.map((name) => codeWords(name, 'fr')).join(', ');
}

/** A country in French. */
export function countryName(code: string): string {
  return new Intl.DisplayNames(['fr'], { type: 'region', fallback: 'code' }).of(code) ?? code;
}

function recipientWords({ recipientName, isForDistrict }: NamedFields, { recipient }: ConsentNames): string {
  if (recipient !== undefined) return recipient;
  if (typeof recipientName === 'string') return recipientName;
  return isForDistrict === true ? 'chaque centre de santé du district' : 'personne d’autre';
}

/** A date of the catalogue as it is written on paper. */
export function dayWords(date: string): string {
  return date.replace('~', '').split('-').reverse().join('/');
}
