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
