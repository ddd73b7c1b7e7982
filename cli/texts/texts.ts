import { createRequire } from 'node:module';
import type { Bilingual, Language } from '@santehaggui/runtime/errors/bilingual.ts';
import { fr } from './fr.ts';

/** The name of a sentence that people read. */
export type TextKey = keyof typeof fr;

/** What is put in the place of `{name}` in a sentence. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Gives the sentence of a key in one language. */
export type Texts = (key: TextKey, values?: TextValues) => string;

function filled(sentence: string, values: TextValues): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

// English is loaded when it is first asked for, which most runs never do; within a sentence's making there is no time to wait for import().
const load = createRequire(import.meta.url);
const english = (): Readonly<Record<TextKey, string>> => (load('./en.ts') as typeof import('./en.ts')).en;

/** Makes the sentences of a language. */
export function createTexts(language: Language): Texts {
  const sentences = language === 'en' ? english() : fr;
  return (key, values = {}) => filled(sentences[key], values);
}

/** A sentence in both languages, for an error. */
export function bilingual(key: TextKey, values: TextValues = {}): Bilingual {
  return { fr: filled(fr[key], values), en: filled(english()[key], values) };
}

/** Whether a text is the name of a sentence. */
export function isTextKey(text: string): text is TextKey {
  return Object.hasOwn(fr, text);
}
