/** What is told in French, and in English to whoever asks for it. */
export type Bilingual = { readonly fr: string; readonly en: string };
