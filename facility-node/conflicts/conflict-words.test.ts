import { observation } from '@santehaggui/protocols/records/observation.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { conflictSentence, type ToldWrite } from './conflict-words.ts';

const NINE = Date.UTC(2026, 10, 20, 9);
const MINUTE = 60_000;
const sekou: ToldWrite = {
  name: 'Sékou Guindo',
  isElsewhere: false,
  role: 'nurse',
  value: '38.5',
  atMs: NINE,
  isClockTrusted: true,
};
const awa: ToldWrite = { ...sekou, name: 'Awa Cissé', role: 'physician', value: '39.2', atMs: NINE + 10 * MINUTE };
const temperature = {
  declaration: observation.fields.value,
  unit: 'Cel',
  language: 'fr',
  nowMs: NINE + 60 * MINUTE,
} as const;
/** Spaces that no line breaks at are told from others by no reader. */
const read = (sentence: string): string => sentence.replaceAll('\u00a0', ' ');

describe('a conflict in one sentence', () => {
  it('tells both values, the earlier first, whoever won', () => {
    const sentence =
      'Sékou Guindo (infirmier) a noté 38,5 °C à 9 h 00 ; Awa Cissé (médecin) a noté 39,2 °C à 9 h 10 sans avoir vu la première valeur.';
    expect(read(conflictSentence([sekou, awa], temperature))).toBe(sentence);
    expect(read(conflictSentence([awa, sekou], temperature))).toBe(sentence);
  });

  it('says the day unless it is today, and that a clock was wrong', () => {
    const later = { ...temperature, nowMs: NINE + 24 * 60 * MINUTE };
    expect(read(conflictSentence([{ ...sekou, isClockTrusted: false }, awa], later))).toBe(
      'Sékou Guindo (infirmier) a noté 38,5 °C le 20/11/2026 à 9 h 00 (heure incertaine) ; Awa Cissé (médecin) a noté 39,2 °C le 20/11/2026 à 9 h 10 sans avoir vu la première valeur.',
    );
  });

  it('names nobody whom it does not know, and tells a value that was taken away', () => {
    const elsewhere = { ...awa, name: undefined, isElsewhere: true, value: null };
    const system = { ...sekou, name: undefined, role: 'system', value: 'Sangha' };
    const field = { ...temperature, declaration: patient.fields.village, unit: undefined };
    expect(read(conflictSentence([system, elsewhere], field))).toBe(
      'Le système a noté « Sangha » à 9 h 00 ; Quelqu’un d’un autre établissement (médecin) a retiré la valeur à 9 h 10 sans avoir vu la première valeur.',
    );
    expect(read(conflictSentence([system, elsewhere], { ...field, language: 'en' }))).toBe(
      'The system wrote “Sangha” at 09:00; Somebody of another facility (physician) took the value away at 09:10 without having seen the first value.',
    );
  });
});
