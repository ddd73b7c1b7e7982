import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import { CounterStore } from './counter-store.ts';
import { printedNumber } from './printed-number.ts';

/** What is numbered on paper, each from 1. */
export type Series = 'patient' | 'referral';

/** The numbers that this facility prints; a referral's begin with R. */
export class NumberingService {
  readonly #counters: CounterStore;
  readonly #facility: OwnFacility;

  constructor({ db, facility }: { readonly db: RecordStore['db']; readonly facility: OwnFacility }) {
    this.#counters = new CounterStore(db);
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
    const number = printedNumber(this.#facility.code, this.#counters.next(series));
    return series === 'referral' ? `R-${number}` : number;
  }
}
