import type { FacilityProof } from '@santehaggui/protocols/api/admin-api.ts';
import type { DifferingType, Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import { recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { noteDiffering, noteMended, noteProven, noteWaitingUp, type ProofRow, readProofs } from './proof-store.ts';

/** What keeping proofs takes. */
export type ProofsOptions = { readonly database: HubDatabase; readonly clock: Clock; readonly log: Log };

/** A facility, and what is known of its node against its register. */
export type ProofLine = Pick<ProofRow, 'code' | 'name' | 'region' | 'isEnrolled'> & {
  readonly lastSeenAt: string | null;
  readonly proof: FacilityProof;
};

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

  /** Notes how many changes of a node wait, as it told when it called. */
  async called(facility: string, waiting: number | undefined): Promise<void> {
    if (waiting !== undefined) await this.#options.database.transaction((sql) => noteWaitingUp(sql, facility, waiting));
  }

  /** What is known of all facilities, or of those of a region. */
  async lines(region: string | null = null): Promise<readonly ProofLine[]> {
    return (await this.#options.database.transaction((sql) => readProofs(sql, region), { isReadOnly: true })).map(
      lineOf,
    );
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

function lineOf(row: ProofRow): ProofLine {
  const { code, name, region, isEnrolled } = row;
  return {
    ...{ code, name, region, isEnrolled },
    lastSeenAt: instant(row.lastSeenAt),
    proof: {
      provenAt: instant(row.provenAt),
      provenSequence: whole(row.provenSequence),
      provenFeed: whole(row.provenFeed),
      differedAt: instant(row.differedAt),
      differing: (row.differing ?? []).map(({ type, records }) => ({
        recordType: recordTypeNumbered(type)?.name ?? String(type),
        records,
      })),
      mendedAt: instant(row.mendedAt),
      changesMended: Number(row.changesMended ?? 0),
      recordsMended: Number(row.recordsMended ?? 0),
      waitingUp: whole(row.waitingUp),
      waitingDown: Number(row.waitingDown),
      waitingDownSince: instant(row.waitingDownSince),
      loading: row.loadPatients === null ? null : { patients: row.loadPatients, left: Number(row.loadLeft) },
    },
  };
}

function instant(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

function whole(text: string | null): number | null {
  return text === null ? null : Number(text);
}
