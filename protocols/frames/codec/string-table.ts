/** A released string is named by so many bits. */
export const STRING_BITS = 12;
/** How many strings a table may hold. */
export const MAX_STRINGS = 2 ** STRING_BITS;

/** The strings of a release, each under its place. */
export class StringTable {
  readonly #strings: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(strings: readonly string[]) {
    if (strings.length > MAX_STRINGS) throw new RangeError(`more than ${MAX_STRINGS} strings`);
    this.#strings = strings;
    this.#places = new Map(strings.map((text, place) => [text, place]));
  }

  /** The place of a string; undefined where it is not released. */
  placeOf(text: string): number | undefined {
    return this.#places.get(text);
  }

  /** The string at a place; throws a RangeError where there is none. */
  at(place: number): string {
    const text = this.#strings[place];
    if (text === undefined) throw new RangeError('no string at that place');
    return text;
  }
}
