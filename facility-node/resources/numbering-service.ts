import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import { CounterStore, type NumberedField } from './counter-store.ts';
import { compactNumber, printedNumber } from './printed-number.ts';

/** What is numbered on paper, each from 1. */
export type Series = 'patient' | 'referral';

/** What the numbers are kept in; `incarnation` is what this start of the daemon writes under. */
export type NumberingOptions = {
  readonly db: RecordStore['db'];
  readonly incarnation: string;
  readonly facility: OwnFacility;
};

/** Where numbers begin anew that another disk of this facility may have printed already. */
const BLOCK = 1000;

/**
 * The numbers that this facility prints; a referral's begin with R. None is printed twice: not by a new disk of a facility that had another,
 * nor by a disk that was put back to a backup or copied, once the hub has told of the other one. Such a disk goes on with a thousand that
 * neither has begun; of two living copies the one whose incarnation is the higher leaves one more out.
 */
export class NumberingService {
  readonly #counters: CounterStore;
  readonly #incarnation: string;
  readonly #facility: OwnFacility;

  constructor({ db, incarnation, facility }: NumberingOptions) {
    this.#counters = new CounterStore(db);
    this.#incarnation = incarnation;
    this.#facility = facility;
  }

  /**
   * Goes on after the next thousand, in every series: the database is older than what was printed from it, and what was is on
   * paper.
   */
  skipToNextThousand(): void {
    this.#counters.skipToNextThousand();
  }

  /** The next number of a series; to be called inside the transaction that writes it. */
  next(series: Series): string {
    const counters = this.#counters;
    const before = counters.read(series);
    const other = counters.otherBranch();
    const last = before?.value ?? 0;
    const isCopied = other !== '' && (other !== before?.branch || (last + 1) % BLOCK === 0);
    const highest = before === undefined || isCopied || counters.isFilling() ? this.#highest(series) : last;
    const isTaken = isCopied || highest > last;
    const leftOut = isCopied && this.#incarnation > other ? BLOCK : 0;
    const value = isTaken ? (Math.floor(Math.max(highest, last) / BLOCK) + 1) * BLOCK + leftOut + 1 : last + 1;
    counters.write(series, { value, branch: other });
    return this.#text(series, value);
  }

  #text(series: Series, value: number): string {
    const number = printedNumber(this.#facility.code, value);
    return series === 'referral' ? `R-${number}` : number;
  }

  /** The highest number of this facility that stands in a record here; 0 when there is none. */
  #highest(series: Series): number {
    const prefix = compactNumber(this.#text(series, 0)).slice(0, -'00000'.length - 1);
    return this.#counters.numbers(numberedField(series)).reduce((highest, text) => {
      const compact = compactNumber(text);
      const digits = compact.startsWith(prefix) ? /^\d+/.exec(compact.slice(prefix.length, -1))?.[0] : undefined;
      return digits === undefined ? highest : Math.max(highest, Number(digits));
    }, 0);
  }
}

function numberedField(series: Series): NumberedField {
  const type = recordTypeNamed(series);
  return { type, field: type.fields.number?.number ?? 0 };
}
