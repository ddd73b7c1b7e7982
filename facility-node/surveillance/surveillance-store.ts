import type { Database, Statement } from 'better-sqlite3';
import type { CountedCondition } from './weekly-count.ts';

type Row = Omit<CountedCondition, 'hasDied'> & { readonly outcome: string | null };

type Period = { readonly fromMs: number; readonly toMs: number };

/** What the registers hold of a period. */
export class SurveillanceStore {
  readonly #inEncounters: Statement<[Period], Row>;
  readonly #alone: Statement<[Period], Row>;
  readonly #countEncounters: Statement<[Period], number>;

  constructor(db: Database) {
    const counts = `c.code is not null and coalesce(c.verification, '') not in ('refuted', 'entered-in-error')`;
    const happened = `coalesce(e.status, '') not in ('entered-in-error', 'cancelled')`;
    // Copies that another facility's patients let this one have are counted there.
    const isOwn = (id: string): string =>
      `exists (select 1 from record r join journal j on j.position = r.created_position where r.id = ${id} and j.head is not null)`;
    // The plus takes the column’s TEXT affinity off, which the index on the expression has not.
    this.#inEncounters = db.prepare(
      `select c.patient as patientId, c.encounter as encounterId, c.code as icd10, p.birth_date as birthDate,
         e.start as at, e.outcome as outcome
       from encounter e join condition c on c.encounter = +e.id left join patient p on p.id = c.patient
       where e.start >= @fromMs and e.start < @toMs and ${happened} and ${counts} and ${isOwn('e.id')}`,
    );
    this.#alone = db.prepare(
      `select c.patient as patientId, null as encounterId, c.code as icd10, p.birth_date as birthDate,
         c.recorded_at as at, null as outcome
       from condition c left join patient p on p.id = c.patient
       where c.recorded_at >= @fromMs and c.recorded_at < @toMs and ${counts}
         and ${isOwn('c.id')}
         and (c.encounter is null or not exists (select 1 from record where record.id = c.encounter))`,
    );
    this.#countEncounters = db
      .prepare<[Period], number>(
        `select count(*) from encounter e where e.start >= @fromMs and e.start < @toMs and ${happened} and ${isOwn('e.id')}`,
      )
      .pluck();
  }

  /** The diagnoses of consultations that began in the period, and those noted in it outside any. */
  conditions(period: Period): readonly CountedCondition[] {
    const rows = [...this.#inEncounters.all(period), ...this.#alone.all(period)];
    return rows.map(({ outcome, ...row }) => ({ ...row, hasDied: outcome === 'died' }));
  }

  /** How many consultations began in the period. */
  countEncounters(period: Period): number {
    return this.#countEncounters.get(period) ?? 0;
  }
}
