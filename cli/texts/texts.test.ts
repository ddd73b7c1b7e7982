import { describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { bilingual, createTexts, isTextKey, type TextKey } from './texts.ts';

const placeholders = (sentence: string): readonly string[] => (sentence.match(/\{\w+\}/g) ?? []).toSorted();

describe('texts', () => {
  it('say the same things in both languages, with the same values', () => {
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(fr).toSorted());
    for (const key of Object.keys(fr) as TextKey[]) {
      expect(fr[key].trim(), key).not.toBe('');
      expect(en[key].trim(), key).not.toBe('');
      expect(placeholders(en[key]), key).toEqual(placeholders(fr[key]));
    }
  });

  it('fill in values and leave a name without a value as it is', () => {
    expect(createTexts('fr')('usage.badValue', { given: 'x', expected: 'a, b' })).toContain('« x »');
    expect(createTexts('en')('usage.badValue', { given: 'x' })).toContain('{expected}');
    expect(bilingual('demo.notReady', { name: 'hub' })).toEqual({
      fr: 'hub n’est pas prêt après deux minutes',
      en: 'hub is not ready after two minutes',
    });
  });

  it('exist for every summary, option and argument of every command, which all have an example', () => {
    for (const [id, command] of Object.entries(commands)) {
      const flags = Object.values({ ...command.baseFlags, ...command.flags }).map(({ summary }) => summary);
      const args = Object.values(command.args).map(({ description }) => description);
      const told = [
        command.summary,
        ...(command.description === undefined ? [] : [command.description]),
        ...flags,
        ...args,
      ];
      for (const text of told) expect(isTextKey(text ?? ''), `${id}: ${text}`).toBe(true);
      expect(command.examples?.length, id).toBeGreaterThan(0);
      for (const example of command.examples ?? []) {
        expect(String(example)).toMatch(new RegExp(`^haggui ${id.replaceAll(':', ' ')}\\b`));
      }
    }
  });
});
