import type { Database, Statement } from 'better-sqlite3';
import { PERSON_OF } from '../store/person-links.ts';

/** One change of a consent as the journal has it; `head` and `before` are of this node's own chain, null for others' changes. */
export type JournalledConsent = {
  readonly recordId: string;
  readonly node: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly meta: Uint8Array;
  readonly fields: Uint8Array;
  readonly head: Uint8Array | null;
  readonly before: Uint8Array | null;
};

/** Consents (type 12) and patients (type 1; birth date 4, phone 5, replaced by 12) as records, and consents as the changes that made them. */
export class ConsentStore {
  readonly #ofPatient: Statement<[string], string>;
  readonly #birthDate: Statement<[string], string>;
  readonly #person: Statement<[string], string>;
  readonly #all: Statement<[number, number], { readonly id: string; readonly position: number }>;
  readonly #journalled: Statement<[number, number], JournalledConsent & { readonly position: number }>;
  readonly #withPhone: Statement<[string, number], string>;
  readonly #isDense: Statement<[], number>;
  readonly #question: Statement<[string], { readonly since: number; readonly answers: number }>;
  readonly #putQuestion: Statement<[string, number, number]>;
  readonly #forgetQuestions: Statement<[number]>;

  constructor(db: Database) {
    this.#ofPatient = db
      .prepare<[string], string>(
        `${PERSON_OF}
         select record.id from person cross join record on record.type = 12
           and json_extract(record.fields, '$."1"') = person.id order by record.created_position`,
      )
      .pluck();
    this.#birthDate = db
      .prepare<[string], string>(
        `${PERSON_OF}
         select json_extract(record.fields, '$."4"') as born from person cross join record on record.id = person.id
         where record.type = 1 and born is not null order by born limit 1`,
      )
      .pluck();
    this.#person = db.prepare<[string], string>(`${PERSON_OF} select id from person`).pluck();
    this.#all = db.prepare(
      `select id, created_position as position from record where type = 12 and created_position > ?
       order by created_position limit ?`,
    );
    this.#journalled = db.prepare(
      `select j.position, j.record_id as recordId, j.node, j.incarnation, j.sequence, j.meta, j.fields, j.head,
         (select p.head from journal p where p.head is not null and p.sequence = j.sequence - 1) as before
       from journal j where j.position > ? and j.type = 12 order by j.position limit ?`,
    );
    this.#isDense = db
      .prepare<[], number>(
        `select count(*) = coalesce(max(sequence) - min(sequence) + 1, 0) from journal where head is not null`,
      )
      .pluck();
    this.#withPhone = db
      .prepare<[string, number], string>(
        `select id from record where type = 1 and json_extract(fields, '$."5"') = ?
         order by created_position limit ?`,
      )
      .pluck();
    this.#question = db.prepare('select since, answers from sharing_question where phone = ?');
    this.#putQuestion = db.prepare(
      `insert into sharing_question (phone, since, answers) values (?, ?, ?)
       on conflict (phone) do update set since = excluded.since, answers = excluded.answers`,
    );
    this.#forgetQuestions = db.prepare('delete from sharing_question where since < ?');
  }

  /** Ids of the consents of a person, whichever record of the patient they name, in their order here. */
  ofPatient(patientId: string): readonly string[] {
    return this.#ofPatient.all(patientId);
  }

  /** The birth date of a person by the patient's records: of several the earliest, for a guardian's word ends with childhood. */
  birthDate(patientId: string): string | undefined {
    return this.#birthDate.get(patientId);
  }

  /** Ids of all records of a person. */
  person(patientId: string): readonly string[] {
    return this.#person.all(patientId);
  }

  /** Up to `limit` consents after a position. */
  after(position: number, limit: number): readonly { readonly id: string; readonly position: number }[] {
    return this.#all.all(position, limit);
  }

  /** Up to `limit` changes of consents after a position of the journal. */
  journalledAfter(position: number, limit: number): readonly (JournalledConsent & { readonly position: number })[] {
    return this.#journalled.all(position, limit);
  }

  /** Whether the node's own changes are all there, from the first to the last. */
  isOwnChainDense(): boolean {
    return this.#isDense.get() === 1;
  }

  /** Ids of up to `limit` patients with this phone, in E.164. */
  withPhone(phone: string, limit: number): readonly string[] {
    return this.#withPhone.all(phone, limit);
  }

  /** How often a number was answered since `since`. */
  question(phone: string): { readonly since: number; readonly answers: number } | undefined {
    return this.#question.get(phone);
  }

  putQuestion(phone: string, since: number, answers: number): void {
    this.#putQuestion.run(phone, since, answers);
  }

  forgetQuestionsBefore(since: number): void {
    this.#forgetQuestions.run(since);
  }
}
