import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isColourWanted, isJsonAsked, languageOf } from './invocation.ts';

const terminal = Object.assign(new PassThrough(), { isTTY: true });

describe('the surroundings of a run', () => {
  it('answers in French unless the locale or --lang says English', () => {
    expect(languageOf([], {})).toBe('fr');
    expect(languageOf([], { LANG: 'C.UTF-8' })).toBe('fr');
    expect(languageOf([], { LANG: 'bm_ML.UTF-8' })).toBe('fr');
    expect(languageOf([], { LANG: 'en_GB.UTF-8' })).toBe('en');
    expect(languageOf([], { LANG: 'en' })).toBe('en');
    expect(languageOf(['status', '--lang', 'fr'], { LANG: 'en_GB' })).toBe('fr');
    expect(languageOf(['status', '--lang=en'], {})).toBe('en');
  });

  it('lets LC_ALL win over LC_MESSAGES, and that over LANG', () => {
    expect(languageOf([], { LANG: 'en_GB', LC_MESSAGES: 'fr_FR' })).toBe('fr');
    expect(languageOf([], { LANG: 'fr_FR', LC_MESSAGES: 'fr_FR', LC_ALL: 'en_US' })).toBe('en');
    expect(languageOf([], { LANG: 'en_GB', LC_ALL: '' })).toBe('en');
  });

  it('does not take for an option what stands after --', () => {
    expect(isJsonAsked(['sync', 'status', '--json'])).toBe(true);
    expect(isJsonAsked(['records', 'import', '--', '--json'])).toBe(false);
    expect(languageOf(['records', 'import', '--', '--lang', 'en'], {})).toBe('fr');
  });

  it('colours only a terminal, and never with NO_COLOR', () => {
    expect(isColourWanted(terminal, {})).toBe(true);
    expect(isColourWanted(terminal, { NO_COLOR: '1' })).toBe(false);
    expect(isColourWanted(terminal, { NO_COLOR: '' })).toBe(true);
    expect(isColourWanted(terminal, { TERM: 'dumb' })).toBe(false);
    expect(isColourWanted(new PassThrough(), {})).toBe(false);
  });
});
