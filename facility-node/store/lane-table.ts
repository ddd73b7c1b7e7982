import type { Lanes } from '@santehaggui/protocols/frames/exchange-machine.ts';
import { isUrgent, type Lane, referencesOf } from '@santehaggui/protocols/frames/lanes.ts';
import { type Range, type Ranges, rangesOf, uniteRanges } from '@santehaggui/protocols/frames/ranges.ts';
import type { Change, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Database, Statement } from 'better-sqlite3';
import type { RecordTable } from './record-table.ts';

/** The changes of one transaction, in order. */
export type WrittenTransaction = { readonly changes: readonly Change[]; readonly isLate: boolean };

type OwnChange = { readonly sequence: number; readonly meta: Buffer; readonly fields: Buffer };

const ALLERGY = recordTypeNamed('allergyIntolerance').number;
const PATIENT = recordTypeNamed('patient').number;

/** The table `lane_run`: which own changes leave before all others, and which after. Its methods run inside the caller's transaction. */
export class LaneTable {
  readonly #records: RecordTable;
  readonly #put: Statement<[Lane, number, number]>;
  readonly #remove: Statement<[Lane, number]>;
  readonly #lastRun: Statement<[Lane], { first: number; last: number }>;
  readonly #runs: Statement<[Lane], Range>;
  readonly #prune: Statement<[number]>;
  readonly #trim: Statement<[number, number]>;
  readonly #creation: Statement<[string], OwnChange>;
  readonly #allergies: Statement<[string], string>;
  readonly #acknowledged: Statement<[], number>;

  constructor(db: Database, records: RecordTable) {
    this.#records = records;
    this.#put = db.prepare('insert or replace into lane_run (lane, first_sequence, last_sequence) values (?, ?, ?)');
    this.#remove = db.prepare('delete from lane_run where lane = ? and first_sequence = ?');
    this.#lastRun = db.prepare(
      'select first_sequence as first, last_sequence as last from lane_run where lane = ? order by first_sequence desc limit 1',
    );
    this.#runs = db.prepare(
      'select first_sequence as "from", last_sequence as "to" from lane_run where lane = ? order by first_sequence',
    );
    this.#prune = db.prepare('delete from lane_run where last_sequence <= ?');
    this.#trim = db.prepare('update lane_run set first_sequence = ? where first_sequence <= ?');
    this.#creation = db.prepare(
      `select j.sequence, j.meta, j.fields from record r join journal j on j.position = r.created_position
       where r.id = ? and j.head is not null`,
    );
    this.#allergies = db
      .prepare<[string], string>(`select id from record where type = ${ALLERGY} and json_extract(fields, '$."1"') = ?`)
      .pluck();
    this.#acknowledged = db.prepare<[], number>('select acknowledged_sequence from sync_state').pluck();
  }

  /** Notes how soon the changes of a transaction leave. What is urgent takes what it refers to along, as far as the hub lacks it. */
  note({ changes, isLate }: WrittenTransaction): void {
    const first = changes[0]?.sequence;
    const last = changes.at(-1)?.sequence;
    if (first === undefined || last === undefined) return;
    if (isLate) this.#extend('late', { from: first, to: last });
    const urgent = changes.filter(
      (change) => change.kind === 'record' && isUrgent(change, () => this.#records.held(change.recordId)?.fields ?? {}),
    );
    if (urgent.length === 0) return;
    const acknowledged = this.#acknowledged.get() ?? 0;
    const companions = this.#companions(urgent as readonly RecordChange[], acknowledged);
    this.#write('urgent', uniteRanges(rangesOf(companions), [{ from: first, to: last }]));
  }

  /** What leaves first, and what last, of that which the hub may lack. */
  lanes(): Lanes {
    return { urgent: this.#runs.all('urgent'), late: this.#runs.all('late') };
  }

  /** Forgets what is safe at the hub. */
  acknowledged(upTo: number): void {
    this.#prune.run(upTo);
    this.#trim.run(upTo + 1, upTo);
  }

  /** The sequences of own changes, beyond what is acknowledged, that created the records which these refer to, and so on. */
  #companions(urgent: readonly RecordChange[], acknowledged: number): readonly number[] {
    const sequences = new Set<number>();
    const seen = new Set<string>();
    const waiting = urgent.flatMap((change) => [change.recordId, ...referencesOf(change)]);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const row = this.#creation.get(id);
      if (row === undefined || row.sequence <= acknowledged) continue;
      sequences.add(row.sequence);
      const change = decodeChange(row) as RecordChange;
      waiting.push(...referencesOf(change));
      // The minimum data set of a referral (hub/routing/routing-rules.ts) holds the patient's allergies.
      if (change.recordType === PATIENT) waiting.push(...this.#allergies.all(id));
    }
    return [...sequences];
  }

  #extend(lane: Lane, run: Range): void {
    const before = this.#lastRun.get(lane);
    const from = before !== undefined && before.last === run.from - 1 ? before.first : run.from;
    this.#put.run(lane, from, run.to);
  }

  #write(lane: Lane, ranges: Ranges): void {
    const held = this.#runs.all(lane);
    for (const { from } of held) this.#remove.run(lane, from);
    for (const { from, to } of uniteRanges(held, ranges)) this.#put.run(lane, from, to);
  }
}
