/** Colours and weights for a terminal; each gives the text back unchanged where colour is not wanted. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>>;

/** Select Graphic Rendition: on and off (ECMA-48 §8.3.117). */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Makes the colours of one stream. */
export function createPaint(isColour: boolean): Paint {
  const entries = Object.entries(CODES).map(([name, [on, off]]) => [
    name,
    (text: string): string => (isColour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text),
  ]);
  return Object.fromEntries(entries) as Paint;
}

/** The columns that a text takes on a terminal: colours take none, an accented letter takes one. */
export function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '').normalize('NFC');
  return [...plain].filter((character) => !/\p{M}/u.test(character)).length;
}

/** What a terminal obeys instead of showing it (ECMA-48), and what turns the direction of writing (UAX #9); our own colours stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const OBEYED = /\u001b\[(?:1|2|22|31|32|33|36|39)m|[[\p{Cc}--[\n\t]]\u202a-\u202e\u2066-\u2069]/gv;

/** A text that does nothing to a terminal but show: names come from anybody, and may hold what would rewrite the screen or its title. */
export function shown(text: string): string {
  return text.replace(OBEYED, (found) => {
    const code = found.charCodeAt(0);
    if (found.length > 1) return found;
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/** JSON that does nothing to a terminal: it writes the controls above ASCII as they are. */
export function shownJson(value: unknown): string | undefined {
  return JSON.stringify(value)?.replace(/[\u007f-\u009f]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
}
