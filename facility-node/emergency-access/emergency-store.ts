import type { Database, Statement } from 'better-sqlite3';

/** An access in the order of the list: its record, its place, whether it was opened at this facility. */
export type ListedAccess = { readonly id: string; readonly position: number; readonly isOurs: number };

/** Which accesses: all, or those in a state at a moment (ms since 1970), before a place, the newest first. */
export type AccessQuery = {
  readonly state: 'open' | 'waiting' | 'overdue' | 'reviewed' | null;
  readonly before: number;
  readonly limit: number;
  readonly now: number;
} & Ours;

/** Where accesses are ours: at this facility, whichever node it had, or this very node before it was enrolled. */
export type Ours = { readonly node: number; readonly facility: string | null };

/** A short message that waits to be sent. */
export type WaitingNotice = { readonly accessId: string; readonly phone: string; readonly text: string };

const IS_OURS = `(journal.node = @node or a.facility is @facility and a.facility is not null)`;

type Counts = Readonly<Record<'open' | 'waiting' | 'overdue', number>>;

/** An access that asks others, and when it was opened. */
export type Asked = { readonly id: string; readonly at: number };

/** Emergency accesses as records, and the messages that tell of them. */
export class EmergencyStore {
  readonly #list: Statement<[AccessQuery], ListedAccess>;
  readonly #of: Statement<[{ readonly id: string } & Ours], ListedAccess>;
  readonly #ofPatient: Statement<[string], string>;
  readonly #counts: Statement<[{ readonly now: number } & Ours], Counts>;
  readonly #asked: Statement<[Ours & { readonly since: number }], Asked>;
  readonly #addNotice: Statement<[string, string, string, number]>;
  readonly #waiting: Statement<[number, number], WaitingNotice>;
  readonly #sent: Statement<[number, string, string]>;

  constructor(db: Database) {
    this.#list = db.prepare(
      `select a.id, record.created_position as position, ${IS_OURS} as isOurs
       from emergency_access a join record on record.id = a.id join journal on journal.position = record.created_position
       where record.created_position < @before and case @state
         when 'open' then a.until > @now and a.ended_at is null
         when 'waiting' then ${IS_OURS} and a.review is null
         when 'overdue' then ${IS_OURS} and a.review is null and a.review_by < @now
         when 'reviewed' then a.review is not null
         else 1 end
       order by record.created_position desc limit @limit`,
    );
    this.#of = db.prepare(
      `select a.id, record.created_position as position, ${IS_OURS} as isOurs
       from emergency_access a join record on record.id = a.id join journal on journal.position = record.created_position
       where a.id = @id`,
    );
    this.#ofPatient = db
      .prepare<[string], string>(
        `select a.id from emergency_access a join record p on p.id = ?
         where a.patient = p.id or a.patient_number = replace(json_extract(p.fields, '$."8"'), '-', '')`,
      )
      .pluck();
    this.#counts = db.prepare(
      `select count(*) filter (where a.until > @now and a.ended_at is null) as open,
         count(*) filter (where a.review is null) as waiting,
         count(*) filter (where a.review is null and a.review_by < @now) as overdue
       from emergency_access a join record on record.id = a.id join journal on journal.position = record.created_position
       where ${IS_OURS} and (a.review is null or a.until > @now)`,
    );
    this.#asked = db.prepare(
      `select a.id, a."from" as at
       from emergency_access a join record on record.id = a.id join journal on journal.position = record.created_position
       where ${IS_OURS} and a.asks_others = 1 and a."from" > @since order by record.created_position`,
    );
    this.#addNotice = db.prepare(
      'insert into emergency_notice (access_id, phone, text, created_at) values (?, ?, ?, ?) on conflict do nothing',
    );
    this.#waiting = db.prepare(
      `select access_id as accessId, phone, text from emergency_notice where sent_at is null and created_at > ?
       order by created_at limit ?`,
    );
    this.#sent = db.prepare('update emergency_notice set sent_at = ? where access_id = ? and phone = ?');
  }

  list(query: AccessQuery): readonly ListedAccess[] {
    return this.#list.all(query);
  }

  /** One access; undefined for what is none. */
  access(id: string, ours: Ours): ListedAccess | undefined {
    return this.#of.get({ id, ...ours });
  }

  /** Those of ours that asked other facilities after `since`, the oldest first. */
  asked(question: Ours & { readonly since: number }): readonly Asked[] {
    return this.#asked.all(question);
  }

  /** All accesses to a patient's record, by id. */
  ofPatient(patient: string): readonly string[] {
    return this.#ofPatient.all(patient);
  }

  counts(now: number, ours: Ours): Counts {
    return this.#counts.get({ now, ...ours }) ?? { open: 0, waiting: 0, overdue: 0 };
  }

  addNotice({ accessId, phone, text }: WaitingNotice, nowMs: number): void {
    this.#addNotice.run(accessId, phone, text, nowMs);
  }

  /** Up to `limit` messages that wait and are younger than a moment. */
  waitingNotices(since: number, limit: number): readonly WaitingNotice[] {
    return this.#waiting.all(since, limit);
  }

  noticeSent({ accessId, phone }: WaitingNotice, nowMs: number): void {
    this.#sent.run(nowMs, accessId, phone);
  }
}
