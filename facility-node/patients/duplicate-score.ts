import { plainWords, soundOf } from './name-folding.ts';

/** What tells one person from another, as stored in a Patient record. */
export type PersonTraits = {
  readonly familyName?: string | undefined;
  readonly givenName?: string | undefined;
  readonly sex?: string | undefined;
  /** As `FieldKind` describes dates: `1987`, `1987-05`, `1987-05-12`, with `~` when estimated. */
  readonly birthDate?: string | undefined;
  readonly phone?: string | undefined;
  readonly village?: string | undefined;
  readonly nina?: string | undefined;
  readonly guardianName?: string | undefined;
};

/** What speaks for or against two records being one person. */
export type DuplicateReason =
  | 'same-nina'
  | 'other-nina'
  | 'same-name'
  | 'similar-name'
  | 'same-birth'
  | 'near-birth'
  | 'other-birth'
  | 'other-sex'
  | 'same-phone'
  | 'same-village'
  | 'same-guardian';

/** How alike two records are: from 0, two people, to 100, surely one; and why. */
export type DuplicateScore = { readonly score: number; readonly reasons: readonly DuplicateReason[] };

/** From this score on a pair is worth a person's look: a same name and a same year of birth, or more. */
export const DUPLICATE_THRESHOLD = 55;

// In a village many share a name, a family shares a phone, and most know the year of their birth and no day.
const WEIGHT: Readonly<Record<DuplicateReason, number>> = {
  'same-nina': 100,
  'other-nina': -60,
  'same-name': 40,
  'similar-name': 28,
  'same-birth': 25,
  'near-birth': 15,
  'other-birth': -30,
  'other-sex': -30,
  'same-phone': 15,
  'same-village': 10,
  'same-guardian': 8,
};

/** Compares two people; the order does not matter, and what either lacks says nothing. */
export function scoreDuplicates(one: PersonTraits, other: PersonTraits): DuplicateScore {
  const reasons = [
    compared(one.nina, other.nina, (left, right) => (folded(left) === folded(right) ? 'same-nina' : 'other-nina')),
    nameReason(one, other),
    compared(one.birthDate, other.birthDate, birthReason),
    compared(one.sex, other.sex, (left, right) =>
      isKnownSex(left) && isKnownSex(right) && left !== right ? 'other-sex' : undefined,
    ),
    compared(one.phone, other.phone, (left, right) =>
      lastDigits(left) === lastDigits(right) ? 'same-phone' : undefined,
    ),
    compared(one.village, other.village, (left, right) => (isSameSound(left, right) ? 'same-village' : undefined)),
    compared(one.guardianName, other.guardianName, (left, right) =>
      isSameSound(left, right) ? 'same-guardian' : undefined,
    ),
  ].filter((reason) => reason !== undefined);
  const sum = reasons.reduce((total, reason) => total + WEIGHT[reason], 0);
  return { score: Math.max(0, Math.min(100, sum)), reasons };
}

function compared(
  left: string | undefined,
  right: string | undefined,
  compare: (left: string, right: string) => DuplicateReason | undefined,
): DuplicateReason | undefined {
  return left === undefined || right === undefined || left === '' || right === '' ? undefined : compare(left, right);
}

/** Names in any order: forms ask for the family name first and people say it last. */
function nameReason(one: PersonTraits, other: PersonTraits): DuplicateReason | undefined {
  const [left, right] = [one, other].map(({ familyName = '', givenName = '' }) =>
    soundsOf(`${givenName} ${familyName}`).sort(),
  ) as [string[], string[]];
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.join(' ') === right.join(' ')) return 'same-name';
  // The same two names give the same answer, whichever is asked about.
  const order = left.length - right.length || (left.join(' ') < right.join(' ') ? -1 : 1);
  const [shorter, longer] = order < 0 ? [left, right] : [right, left];
  const rest = [...longer];
  let apart = 0;
  for (const word of shorter) {
    const distances = rest.map((candidate) => editDistance(word, candidate));
    const best = distances.indexOf(Math.min(...distances));
    apart += distances[best] as number;
    rest.splice(best, 1);
  }
  // One slip of the pen, or one name more: Fanta and Fanta Bintou.
  return shorter.length >= 2 && apart <= 1 && rest.length <= 1 ? 'similar-name' : undefined;
}

function birthReason(left: string, right: string): DuplicateReason | undefined {
  const isEstimated = left.endsWith('~') || right.endsWith('~');
  const [one, other] = [left, right].map((date) => date.replace('~', '').split('-')) as [string[], string[]];
  const years = Math.abs(Number(one[0]) - Number(other[0]));
  if (isEstimated)
    return years <= 1 ? 'same-birth' : years <= 5 ? 'near-birth' : years > 10 ? 'other-birth' : undefined;
  if (years > 2) return 'other-birth';
  if (years > 0) return years === 1 ? 'near-birth' : undefined;
  const parts = Math.min(one.length, other.length);
  if (one.slice(0, parts).join('-') === other.slice(0, parts).join('-')) return 'same-birth';
  // The day written in the place of the month is the commonest slip.
  const isSwapped = one.length === 3 && one[1] === other[2] && one[2] === other[1];
  return isSwapped ? 'same-birth' : 'near-birth';
}

/** The number of letters to add, take away, change or swap with the next (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const line = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      line[column] = Math.min(
        (above[column] as number) + 1,
        (line[column - 1] as number) + 1,
        (above[column - 1] as number) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, above] = [above, line];
  }
  return above[right.length] as number;
}

function soundsOf(text: string): string[] {
  return plainWords(text).map(soundOf);
}

function isSameSound(left: string, right: string): boolean {
  const sound = soundsOf(left).join(' ');
  return sound !== '' && sound === soundsOf(right).join(' ');
}

function folded(text: string): string {
  return plainWords(text).join('');
}

/** A number is the same with Mali's prefix or without. */
function lastDigits(phone: string): string {
  return phone.replace(/\D/g, '').slice(-8);
}

function isKnownSex(sex: string): boolean {
  return sex === 'female' || sex === 'male';
}
