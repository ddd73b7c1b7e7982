import { describe, expect, it } from 'vitest';
import { fieldNamed, RECORD_TYPES, recordTypeNamed } from './catalogue.ts';
import { ROLES } from './record-type.ts';
import { codeWords, roleWords, valueWords } from './value-words.ts';

const field = (type: string, name: string) => fieldNamed(recordTypeNamed(type), name);
const fr = { language: 'fr' } as const;
const en = { language: 'en' } as const;

describe('values in words', () => {
  it('are those that are written on paper, in French and in English', () => {
    const value = field('observation', 'value');
    expect(valueWords(value, '38.5', { ...fr, unit: 'Cel' })).toBe('38,5\u00a0°C');
    expect(valueWords(value, '38.5', { ...en, unit: 'Cel' })).toBe('38.5\u00a0°C');
    expect(valueWords(field('referral', 'costXof'), 12500, fr)).toBe(
      '12\u00a0500\u00a0F\u00a0CFA'.replace('F\u00a0CFA', 'F CFA'),
    );
    expect(valueWords(field('referral', 'systolic'), 140, fr)).toBe('140\u00a0mmHg');
    expect(valueWords(field('patient', 'birthDate'), '1987-05-12', fr)).toBe('12/05/1987');
    expect(valueWords(field('patient', 'birthDate'), '1987~', fr)).toBe('vers 1987');
    expect(valueWords(field('patient', 'phone'), '+22376123456', fr)).toBe('76\u00a012\u00a034\u00a056');
    expect(valueWords(field('patient', 'phone'), '76123', fr)).toBe('76123');
    expect(valueWords(field('patient', 'village'), 'Sangha', fr)).toBe('«\u00a0Sangha\u00a0»');
    expect(valueWords(field('encounter', 'start'), Date.UTC(2026, 10, 20, 9, 5), fr)).toBe(
      'le 20/11/2026 à 9\u00a0h\u00a005',
    );
    expect(valueWords(field('practitioner', 'active'), false, fr)).toBe('non');
    expect(valueWords(field('encounter', 'outcome'), 'referred', fr)).toBe('référé');
    expect(valueWords(field('observation', 'valueCode'), '10828004', fr)).toBe('positif');
  });

  it('name a record where its name is known, and leave what has no word as it is', () => {
    const patient = field('observation', 'patient');
    expect(valueWords(patient, 'id-1', { ...fr, nameOf: (id) => (id === 'id-1' ? 'Fanta Traoré' : undefined) })).toBe(
      'Fanta Traoré',
    );
    expect(valueWords(patient, 'id-2', { ...fr, nameOf: () => undefined })).toBe('id-2');
    expect(valueWords(field('condition', 'code'), 'B50.9', fr)).toBe('B50.9');
    expect(valueWords(undefined, 7, fr)).toBe('«\u00a07\u00a0»');
    expect(roleWords('astronaut', 'fr')).toBe('astronaut');
  });

  it('exist in both languages for every role and every code of a closed list', () => {
    for (const language of ['fr', 'en'] as const) {
      for (const role of ROLES) expect(roleWords(role, language).length, role).toBeGreaterThan(2);
      for (const type of RECORD_TYPES) {
        for (const { values = [] } of Object.values(type.fields)) {
          const words = values.map((code) => codeWords(code, language));
          expect(new Set(words).size, type.name).toBe(values.length);
          if (language === 'fr') {
            const same = words.filter(
              (word, index) => word === values[index] && !['ambulance', 'option'].includes(word),
            );
            expect(same, type.name).toEqual([]);
          }
        }
      }
    }
  });
});
