import type { FieldDeclaration, FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import { instantWords, roleWords, valueWords, type WordsOptions } from '@santehaggui/protocols/records/value-words.ts';

/** One of the two writes, as it is told. `value` is null where it took the value away; `name` undefined where nobody knows it. */
export type ToldWrite = {
  readonly name: string | undefined;
  /** Whether it was written at another facility. */
  readonly isElsewhere: boolean;
  readonly role: string;
  readonly value: FieldValue | null;
  readonly atMs: number;
  readonly isClockTrusted: boolean;
};

/** What the sentence speaks of. `nowMs` decides whether the day must be said. */
export type ToldField = WordsOptions & { readonly declaration: FieldDeclaration | undefined; readonly nowMs: number };

/**
 * Two writes that met, in one sentence for clinicians, the earlier first: “Sékou Guindo (infirmier) a noté 38,5 °C à
 * 9 h 00 ; Awa Cissé (médecin) a noté 39,2 °C à 9 h 10 sans avoir vu la première valeur.” A record does not say whether
 * its author is a man or a woman, so functions stand in brackets, as on a list of staff.
 */
export function conflictSentence(writes: readonly [ToldWrite, ToldWrite], field: ToldField): string {
  const [first, second] = writes[0].atMs <= writes[1].atMs ? writes : [writes[1], writes[0]];
  const isFrench = field.language === 'fr';
  const unseen = isFrench ? ' sans avoir vu la première valeur.' : ' without having seen the first value.';
  return `${writeWords(first, field)}${isFrench ? '\u00a0; ' : '; '}${writeWords(second, field)}${unseen}`;
}

function writeWords(write: ToldWrite, field: ToldField): string {
  const { language, declaration } = field;
  const isFrench = language === 'fr';
  const role = roleWords(write.role, language);
  const who = write.name === undefined ? somebody(write, { role, isFrench }) : `${write.name} (${role})`;
  const what =
    write.value === null
      ? isFrench
        ? 'a retiré la valeur'
        : 'took the value away'
      : `${isFrench ? 'a noté' : 'wrote'} ${valueWords(declaration, write.value, field)}`;
  return `${who} ${what} ${whenWords(write, field)}`;
}

function somebody(
  { role, isElsewhere }: ToldWrite,
  words: { readonly role: string; readonly isFrench: boolean },
): string {
  if (role === 'system') return words.isFrench ? 'Le système' : 'The system';
  const who = words.isFrench ? 'Quelqu’un' : 'Somebody';
  const where = words.isFrench ? ' d’un autre établissement' : ' of another facility';
  return `${who}${isElsewhere ? where : ''} (${words.role})`;
}

function whenWords({ atMs, isClockTrusted }: ToldWrite, { language, nowMs }: ToldField): string {
  const { date, time } = instantWords(atMs, language);
  const isToday = instantWords(nowMs, language).date === date;
  const isFrench = language === 'fr';
  const at = isFrench ? `à ${time}` : `at ${time}`;
  const when = isToday ? at : `${isFrench ? 'le' : 'on'} ${date} ${at}`;
  return isClockTrusted ? when : `${when} (${isFrench ? 'heure incertaine' : 'time uncertain'})`;
}
