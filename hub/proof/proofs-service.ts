import type { DifferingType, Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { noteDiffering, noteMended, noteProven } from './proof-store.ts';

/** What keeping proofs takes. */
export type ProofsOptions = { readonly database: HubDatabase; readonly clock: Clock; readonly log: Log };

/** Keeps what comparisons of the facilities' nodes with their registers came to: "proven equal at sequence N at time T". */
export class ProofsService {
  readonly #options: ProofsOptions;

  constructor(options: ProofsOptions) {
    this.#options = options;
  }

  /** Notes that a facility's node and its register held the same at a place. */
  async proven(facility: string, place: Digest['at']): Promise<void> {
    const at = this.#now();
    await this.#options.database.transaction((sql) => noteProven(sql, facility, { at, place }));
    this.#options.log.info('proof.equal', { facility, ...place });
  }

  /** Notes how many records of which types a node found to differ. */
  async differing(facility: string, types: readonly DifferingType[]): Promise<void> {
    const at = this.#now();
    await this.#options.database.transaction((sql) => noteDiffering(sql, facility, { at, types }));
    this.#options.log.warn('proof.differs', { facility, types });
  }

  /** Notes, in the transaction that mends it, what was mended of a facility's register. */
  readonly mended = (
    sql: Sql,
    facility: string,
    mended: { readonly changes: number; readonly records: number },
  ): Promise<void> => noteMended(sql, facility, { at: this.#now(), ...mended });

  #now(): Date {
    return new Date(this.#options.clock.now());
  }
}
