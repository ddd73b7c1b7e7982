import type { ChangeNow, ReadingBudget } from './coding.ts';
import { DECISION } from './decisions.ts';
import type { FrameMemory } from './frame-memory.ts';
import { STRING_BITS, type StringTable } from './string-table.ts';
import { fold, hashText, type Symbols } from './symbols.ts';

const TEXT = { released: 0, again: 1, spelt: 2 } as const;
const DIGITS = '0123456789.-~';
const END = 15;

/** Codes texts, dates and numbers: the value that is to be written comes back; undefined reads what was written. */
export class TextCoder {
  readonly #symbols: Symbols;
  readonly #memory: FrameMemory;
  readonly #strings: StringTable;
  readonly #budget: ReadingBudget;

  constructor({
    symbols,
    memory,
    strings,
    budget,
  }: {
    readonly symbols: Symbols;
    readonly memory: FrameMemory;
    readonly strings: StringTable;
    readonly budget: ReadingBudget;
  }) {
    this.#symbols = symbols;
    this.#memory = memory;
    this.#strings = strings;
    this.#budget = budget;
  }

  /** A text: one of the released strings, one that this frame has spelt, or spelt now. It holds no U+0000. */
  text(site: number, now: ChangeNow, text: string | undefined): string {
    const memory = this.#memory;
    const released = text === undefined ? undefined : this.#strings.placeOf(text);
    const spelt = text === undefined || released !== undefined ? -1 : memory.speltTexts().lastIndexOf(text);
    const wanted = released !== undefined ? TEXT.released : spelt >= 0 ? TEXT.again : TEXT.spelt;
    const last = memory.lastTextHash(site);
    const mode = this.#symbols.small(
      DECISION.textMode,
      2,
      [fold(60, site), fold(fold(61, site), now.key), fold(fold(62, site), now.previousText)],
      text === undefined ? undefined : wanted,
    );
    let told: string;
    if (mode === TEXT.released) {
      const place = this.#symbols.small(
        DECISION.textPlace,
        STRING_BITS,
        [
          fold(70, site),
          fold(fold(71, site), now.key),
          fold(fold(72, site), now.previousText),
          fold(fold(73, site), memory.key),
          fold(fold(74, site), memory.transactionKey),
          fold(fold(75, site), last),
        ],
        released,
      );
      told = this.#strings.at(place);
    } else if (mode === TEXT.again) {
      const spelled = memory.speltTexts();
      const back = this.#symbols.natural(
        DECISION.textAgain,
        [fold(76, site)],
        text === undefined ? undefined : spelled.length - 1 - spelt,
      );
      const found = spelled[spelled.length - 1 - back];
      if (found === undefined) throw new RangeError('a text that was not spelt');
      told = found;
    } else {
      told = this.#spelling(site, text);
      memory.spelt(told);
    }
    this.#budget.spend(told.length);
    memory.noteText(site, told);
    now.previousText = hashText(told);
    return told;
  }

  #spelling(site: number, text: string | undefined): string {
    const bytes = text === undefined ? undefined : Buffer.from(text, 'utf8');
    const expected = Buffer.from(successorOf(this.#memory.lastText(site) ?? ''), 'utf8');
    const result: number[] = [];
    let prefix = 0;
    let isAsExpected = expected.length > 0;
    let recent = 0;
    for (let index = 0; ; index++) {
      const guess = isAsExpected ? (expected[index] ?? 0) | 0x100 : 0;
      const byte = this.#symbols.byte(
        DECISION.spelling,
        [
          fold(fold(80, site), prefix),
          fold(81, recent & 0xffffff),
          fold(fold(82, site), recent & 0xff),
          fold(fold(fold(83, site), guess), Math.min(index, 30)),
        ],
        bytes === undefined ? undefined : (bytes[index] ?? 0),
      );
      if (byte === 0) break;
      this.#budget.spend(1);
      result.push(byte);
      prefix = fold(prefix, byte);
      recent = ((recent << 8) | byte) >>> 0;
      if (byte !== expected[index]) isAsExpected = false;
    }
    return Buffer.from(result).toString('utf8');
  }

  /** A date, a decimal or an integer, digit by digit. */
  number(site: number, now: ChangeNow, text: string | undefined): string {
    const memory = this.#memory;
    const last = memory.lastTextHash(site);
    let told = '';
    let prefix = 0;
    for (let index = 0; ; index++) {
      const digit = this.#symbols.small(
        DECISION.digit,
        4,
        [
          fold(fold(90, site), prefix),
          fold(fold(fold(91, site), prefix), now.key),
          fold(fold(fold(92, site), prefix), now.previousText),
          fold(fold(fold(93, site), prefix), memory.transactionKey),
          fold(fold(fold(94, site), prefix), last),
          fold(95, index),
        ],
        text === undefined ? undefined : index < text.length ? DIGITS.indexOf(text[index] as string) : END,
      );
      if (digit === END) break;
      this.#budget.spend(1);
      const character = DIGITS[digit];
      if (character === undefined) throw new RangeError('no digit');
      told += character;
      prefix = fold(prefix, digit);
    }
    memory.noteText(site, told);
    return told;
  }
}

/** What a counted text will be the next time: its last group of digits one more, as wide as before. */
function successorOf(text: string): string {
  const match = /^(.*?)(\d+)(\D*)$/s.exec(text);
  if (match === null) return text;
  const [, before = '', digits = '', after = ''] = match;
  if (digits.length > 9) return text;
  return before + String(Number(digits) + 1).padStart(digits.length, '0') + after;
}
