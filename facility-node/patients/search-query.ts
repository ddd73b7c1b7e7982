import { compactNumber } from '../resources/printed-number.ts';
import { plainWords, soundOf } from './name-folding.ts';

/** What is typed beyond this is not looked at. */
const MAX_WORDS = 6;
/** Fewer digits than this say too little to look for them inside a phone number. */
const MIN_PHONE_DIGITS = 3;
/**
 * Begins every word of a printed number. The columns share one list of words: without it each `san` of Sangaré would walk
 * over all the numbers of Sangha. A letter that {@link plainWords} never gives.
 */
const OF_NUMBER = 'ν';

/** What a patient is found by. `digits`, `number`: the phone and the printed number. */
export type SearchWords = {
  readonly plain: string;
  readonly sound: string;
  readonly digits: string;
  readonly number: string;
};

/** The words of one patient, for the columns of the index. */
export function searchWordsOf(fields: Readonly<Record<string, unknown>>): SearchWords {
  const names = [fields.familyName, fields.givenName].filter((name) => typeof name === 'string').flatMap(plainWords);
  return {
    plain: names.join(' '),
    sound: names.map(soundOf).join(' '),
    digits: typeof fields.phone === 'string' ? endsOf(fields.phone.replace(/\D/g, '')).join(' ') : '',
    number: typeof fields.number === 'string' ? numberWords(fields.number).join(' ') : '',
  };
}

/** How to look for what is typed: expressions from the surest to the widest; `isWhole`: what it finds is all there is to find. */
export type SearchExpression = { readonly match: string; readonly isWhole: boolean };

/**
 * The FTS5 expressions for what somebody is typing: a printed number; then these very words; then whole words and the
 * beginning of the last, by spelling or sound; then the beginning of each. Digits are looked for anywhere in a phone number
 * and at the start of a printed number. Empty when nothing is left to look for. Only letters and digits of our own folding
 * reach the expressions.
 */
export function searchExpressions(typed: string): readonly SearchExpression[] {
  const words = plainWords(typed).slice(0, MAX_WORDS);
  if (words.length === 0) return [];
  const joined = words.join('');
  if (isDigits(joined)) return [{ match: digitsExpression(joined), isWhole: true }];
  const compact = compactNumber(typed).toLowerCase();
  const matches = [
    words.map((word) => (isDigits(word) ? digitsExpression(word) : `plain:"${word}"`)),
    // A word matched whole is read as one list; each prefix of a common name costs a merge of thousands of rows.
    words.map((word, index) => (index === words.length - 1 ? beginning(word) : whole(word))),
    words.map(beginning),
  ].map((parts) => ({ match: parts.join(' AND '), isWhole: false }));
  const byName = words.length > 1 ? matches : matches.slice(0, 2);
  return /[a-z]\d/.test(compact) ? [{ match: inNumbers(compact), isWhole: true }, ...byName] : byName;
}

/**
 * The FTS5 expressions that find who may be the same person: both names by their sound, one of them whole and the beginning
 * of the other, or the phone number.
 */
export function duplicateExpressions({
  familyName,
  givenName,
  phone,
}: {
  readonly familyName?: string | undefined;
  readonly givenName?: string | undefined;
  readonly phone?: string | undefined;
}): readonly string[] {
  const [family, given] = [familyName, givenName].map((name) => plainWords(name ?? '').map(soundOf));
  const pairs = (family ?? [])
    .flatMap((one) => (given ?? []).map((other) => [one, other] as const))
    .slice(0, MAX_WORDS);
  const byName = pairs.flatMap(([one, other]) => [
    `sound:"${one}" AND sound:"${other}"`,
    `sound:"${one}" AND sound:"${other.slice(0, 2)}"*`,
    `sound:"${other}" AND sound:"${one.slice(0, 2)}"*`,
  ]);
  const national = (phone ?? '').replace(/\D/g, '').slice(-8);
  return [...byName, ...(national.length < 8 ? [] : [`digits:"${national}"`])];
}

function whole(word: string): string {
  return isDigits(word) ? digitsExpression(word) : `(plain:"${word}" OR sound:"${soundOf(word)}")`;
}

function beginning(word: string): string {
  return isDigits(word) ? digitsExpression(word) : `(plain:"${word}"* OR sound:"${soundOf(word)}"*)`;
}

function digitsExpression(digits: string): string {
  const counter = digits.replace(/^0+(?=\d)/, '');
  // A number may be typed with Mali's prefix or without, whatever way it was recorded.
  const national = digits.replace(/^(?:00)?223(?=\d{4})/, '');
  const inPhone = digits.length < MIN_PHONE_DIGITS ? [] : [digits, national].map((part) => `digits:"${part}"*`);
  const inNumber = [digits, counter].map(inNumbers);
  return `(${[...new Set([...inPhone, ...inNumber])].join(' OR ')})`;
}

function inNumbers(beginning: string): string {
  return `number:"${OF_NUMBER}${beginning}"*`;
}

function isDigits(word: string): boolean {
  return /^\d+$/.test(word);
}

function endsOf(digits: string): readonly string[] {
  const ends = [];
  for (let start = 0; start <= digits.length - MIN_PHONE_DIGITS; start++) ends.push(digits.slice(start));
  return ends;
}

/** `CSCOM-SANGHA-00042-T` is found whole, from `sangha` on, and by 00042 or 42. */
function numberWords(number: string): readonly string[] {
  const parts = number.toLowerCase().split('-');
  const ends = parts.map((_, start) => compactNumber(parts.slice(start).join('')).toLowerCase());
  const counter = /^0*(\d+)/.exec(ends.at(-2) ?? '')?.[1];
  // The check character alone would be found by any letter typed.
  const telling = ends.length > 1 ? ends.slice(0, -1) : ends;
  const words = [...telling, ...(counter === undefined ? [] : [counter])].filter((word) => word !== '');
  return words.map((word) => `${OF_NUMBER}${word}`);
}
