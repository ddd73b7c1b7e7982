import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Statement } from 'better-sqlite3';
import { PERSON_LINKS, PERSON_OF } from './person-links.ts';
import type { RecordStore } from './record-store.ts';

/** What the purpose of an access is while the patient's record is open in an emergency (v3-PurposeOfUse). */
export const EMERGENCY_PURPOSE = 'ETREAT';

type Question = { readonly practitioner: string; readonly node: number; readonly now: number };

/**
 * Whose records somebody has opened in an emergency, and may go on reading: by the `emergencyAccess` records that this very node made
 * and that are open now. A clock that was set back to before them closes them.
 */
export class EmergencyGrants {
  readonly #store: Pick<RecordStore, 'ownNode'>;
  readonly #clock: Clock;
  readonly #patients: Statement<[Question], string>;

  constructor({ store, clock }: { readonly store: Pick<RecordStore, 'db' | 'ownNode'>; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
    // With the other records of the same person: those that the opened one has replaced, and those that have replaced it.
    this.#patients = store.db
      .prepare<[Question], string>(
        `with recursive granted (patient, number) as (
           select a.patient, a.patient_number from emergency_access a
           join record on record.id = a.id join journal on journal.position = record.created_position
           where a.practitioner = @practitioner and a.until > @now and a."from" <= @now and a.ended_at is null
             and journal.node = @node),
         person (id) as (
           select patient from granted where patient is not null
           union
           select record.id from granted join record on record.type = 1
             and replace(json_extract(record.fields, '$."8"'), '-', '') = granted.number
             and json_extract(record.fields, '$."8"') is not null
           union
           ${PERSON_LINKS})
         select id from person`,
      )
      .pluck();
  }

  /** The patients whose records somebody has open. */
  openTo(practitioner: string): readonly string[] {
    return this.#patients.all({ practitioner, node: this.#store.ownNode(), now: this.#clock.now() });
  }

  /** Whether somebody has a patient's record open. */
  isOpen(practitioner: string, patient: string): boolean {
    return this.openTo(practitioner).includes(patient);
  }
}

/** The emergency accesses to a patient's record, or another of the same person, that other facilities opened and that are known here, the newest first, by id. */
export function emergenciesElsewhere(store: Pick<RecordStore, 'db' | 'ownNode'>, patient: string): readonly string[] {
  return store.db
    .prepare<[string, number], string>(
      `${PERSON_OF}
       select distinct a.id from emergency_access a join record on record.id = a.id
       join journal on journal.position = record.created_position
       join person join record p on p.id = person.id
       where (a.patient = p.id or a.patient_number = replace(json_extract(p.fields, '$."8"'), '-', ''))
         and journal.node <> ? order by record.created_position desc`,
    )
    .pluck()
    .all(patient, store.ownNode());
}
