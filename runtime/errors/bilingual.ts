/** A sentence in both languages of the product. French comes first: it is what operators and clinicians read. */
export type Bilingual = { readonly fr: string; readonly en: string };

/** A sentence in both languages, or one that is the same in either (a path, a name, another program's message). */
export type Text = string | Bilingual;

/** The languages a person can be answered in. */
export type Language = 'fr' | 'en';

/** Gives the sentence in the language asked for. */
export const textIn = (text: Text, language: Language): string => (typeof text === 'string' ? text : text[language]);

/** Adds a detail to a sentence in both languages; `glue` stands between the two. */
export const textWith = (text: Text, detail: string, glue = ' : '): Bilingual => ({
  fr: `${textIn(text, 'fr')}${glue}${detail}`,
  en: `${textIn(text, 'en')}${glue.replace(' :', ':')}${detail}`,
});
