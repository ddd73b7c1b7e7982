import { NOTIFIABLE_DISEASES } from './notifiable-diseases.ts';

/** Cases and, among them, deaths of one disease by age band. */
export type DiseaseCounts = {
  readonly casesUnder5: number;
  readonly cases5AndOver: number;
  readonly deathsUnder5: number;
  readonly deaths5AndOver: number;
};

/** The cells of a disease. */
export const COUNT_CELLS = ['casesUnder5', 'cases5AndOver', 'deathsUnder5', 'deaths5AndOver'] as const;

/** The greatest count that a cell holds. */
export const MAX_COUNT = 99_999;

const CELL = /[a-j]*\d/g;
const COUNTS = /^(?:(?!a)[a-j]{0,4}\d)+$/;
const LETTERS = 'abcdefghij';

/**
 * The counts of a week as one text, the same counts always as the same text: first the cases of each disease, by its number,
 * under five and of five and over; then the deaths likewise. A count is its decimal digits, all but the last written as
 * letters (`a` 0 to `j` 9), so that nothing need stand between two: 412 is `eb2`, 7 is `7`. A list that has grown since is
 * longer. Of the forms that were tried (separated digits, base 62, bits) the released model codes this one best: 64 bytes
 * for the worst week of eighty-eight cells. Throws a RangeError for what is no count.
 */
export function packCounts(diseases: readonly DiseaseCounts[]): string {
  const cases = diseases.map((counts) => cellText(counts.casesUnder5) + cellText(counts.cases5AndOver));
  const deaths = diseases.map((counts) => cellText(counts.deathsUnder5) + cellText(counts.deaths5AndOver));
  return cases.join('') + deaths.join('');
}

/** The diseases of a text of {@link packCounts}, in the order of their numbers from 1; undefined for a text that it never makes. */
export function unpackCounts(text: string): readonly DiseaseCounts[] | undefined {
  if (!COUNTS.test(text)) return undefined;
  const cells = (text.match(CELL) ?? []).map(cellCount);
  const count = cells.length / COUNT_CELLS.length;
  if (!Number.isInteger(count)) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const [cases, deaths] = [index * 2, (count + index) * 2];
    return {
      casesUnder5: cells[cases] as number,
      cases5AndOver: cells[cases + 1] as number,
      deathsUnder5: cells[deaths] as number,
      deaths5AndOver: cells[deaths + 1] as number,
    };
  });
}

/** Counts by the disease's key as one text. A disease that is not given had no case. */
export function packRows(rows: readonly (DiseaseCounts & { readonly disease: string })[]): string {
  const byKey = new Map(rows.map((row) => [row.disease, row]));
  const byNumber = NOTIFIABLE_DISEASES.toSorted((left, right) => left.number - right.number);
  return packCounts(byNumber.map(({ key }) => byKey.get(key) ?? NONE));
}

/** The diseases of a text of {@link packRows} by key, those of a newer list left out; undefined for a text that it never makes. */
export function unpackRows(text: string): readonly (DiseaseCounts & { readonly disease: string })[] | undefined {
  const counts = unpackCounts(text);
  return counts && NOTIFIABLE_DISEASES.map(({ key, number }) => ({ disease: key, ...(counts[number - 1] ?? NONE) }));
}

const NONE: DiseaseCounts = { casesUnder5: 0, cases5AndOver: 0, deathsUnder5: 0, deaths5AndOver: 0 };

function cellText(count: number): string {
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_COUNT) throw new RangeError(`no count: ${count}`);
  const digits = String(count);
  return [...digits.slice(0, -1)].map((digit) => LETTERS[Number(digit)]).join('') + digits.slice(-1);
}

function cellCount(text: string): number {
  return Number([...text].map((sign) => (LETTERS.includes(sign) ? LETTERS.indexOf(sign) : sign)).join(''));
}
