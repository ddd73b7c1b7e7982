import type { Language } from './bilingual.ts';
import { asHagguiError } from './problem.ts';

const labels = {
  fr: { why: 'Pourquoi', remedy: 'À faire', code: 'Code' },
  en: { why: 'Why', remedy: 'What to do', code: 'Code' },
} as const;

/** An error as lines for a person at a terminal: *what · each field · why · what to do next · code*, without colour. */
export const errorLines = (error: unknown, language: Language): readonly string[] => {
  const story = asHagguiError(error).tell(language);
  const label = labels[language];
  const colon = language === 'fr' ? ' : ' : ': ';
  return [
    story.what,
    ...story.fields.map(({ field, message }) => `  - ${field}${colon}${message}`),
    ...(story.why === undefined ? [] : [`${label.why}${colon}${story.why}`]),
    ...(story.remedy === undefined ? [] : [`${label.remedy}${colon}${story.remedy}`]),
    `${label.code}${colon}${story.code}`,
  ];
};
