import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { Database, Statement } from 'better-sqlite3';

/** A change in quarantine; `encoded` is null where its bytes are not here. `at` in milliseconds since 1970. */
export type QuarantinedChange = {
  readonly direction: 'up' | 'down';
  readonly position: number;
  readonly code: string;
  readonly at: number;
  readonly encoded: EncodedChange | null;
};

/** The place of an entry in the list, newest first. */
export type QuarantinePlace = Pick<QuarantinedChange, 'at' | 'direction' | 'position'>;

type Row = QuarantinePlace & {
  readonly code: string;
  readonly meta: Buffer | null;
  readonly fields: Buffer | null;
};

// Of a change of ours the quarantine keeps the number alone: its bytes are in the journal.
const SELECT = `select q.direction, q.position, q.code, q.at, coalesce(q.meta, j.meta) as meta,
    coalesce(q.fields, j.fields) as fields
  from quarantine q left join journal j on q.direction = 'up' and j.sequence = q.position and j.head is not null`;
const LAST_PLACE: QuarantinePlace = { at: Number.MAX_SAFE_INTEGER, direction: 'up', position: 0 };

/** The table `quarantine`, for reading; `JournalStore` fills and empties it. */
export class QuarantineStore {
  readonly #page: Statement<[number, string, number, number], Row>;
  readonly #one: Statement<[string, number], Row>;
  readonly #up: Statement<[], Row>;

  constructor(db: Database) {
    this.#page = db.prepare(
      `${SELECT} where (q.at, q.direction, q.position) < (?, ?, ?) order by q.at desc, q.direction desc, q.position desc limit ?`,
    );
    this.#one = db.prepare(`${SELECT} where q.direction = ? and q.position = ?`);
    this.#up = db.prepare(`${SELECT} where q.direction = 'up' order by q.position`);
  }

  /** Up to `limit` entries, the newest first, after a place of the list. */
  page(after: QuarantinePlace | undefined, limit: number): readonly QuarantinedChange[] {
    const { at, direction, position } = after ?? LAST_PLACE;
    return this.#page.all(at, direction, position, limit).map(quarantined);
  }

  /** One entry. */
  find(direction: 'up' | 'down', position: number): QuarantinedChange | undefined {
    const row = this.#one.get(direction, position);
    return row === undefined ? undefined : quarantined(row);
  }

  /** Every change of ours that the hub refused, in the order in which they were written. */
  refused(): readonly QuarantinedChange[] {
    return this.#up.all().map(quarantined);
  }
}

function quarantined({ direction, position, code, at, meta, fields }: Row): QuarantinedChange {
  return { direction, position, code, at, encoded: meta === null || fields === null ? null : { meta, fields } };
}
