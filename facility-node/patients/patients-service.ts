import { patient } from '@santehaggui/protocols/records/patient.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { type ApiRecord, apiRecord } from '../resources/api-record.ts';
import type { NumberingService } from '../resources/numbering-service.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import type { EnteredFields } from '../resources/references.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import { PatientFinder } from './patient-finder.ts';

/** What the service is made of. */
export type PatientsOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly once: OnceService;
  readonly resources: ResourcesService;
  readonly numbering: NumberingService;
};

/** Registering patients and finding them again. */
export class PatientsService {
  readonly #options: PatientsOptions;
  readonly #finder: PatientFinder;

  constructor(options: PatientsOptions) {
    this.#options = options;
    this.#finder = new PatientFinder(options.store);
  }

  /** Registers a patient under the next printed number, unless a number is given. Throws SH-I130. */
  create(post: Post & { readonly body: EnteredFields }): Made<ApiRecord> {
    const { audit, numbering, once, resources } = this.#options;
    return once.once(post, (tx) => {
      const fields = resources.checkedEntry(post.staff, patient, post.body);
      const id = tx.create(patient, { ...fields, number: fields.number ?? numbering.next('patient') });
      audit.append(post.staff, { action: 'create', recordType: 'patient', recordId: id, patientId: id });
      return { status: 201, body: resources.written(post.staff, patient, id), record: { type: 'patient', id } };
    });
  }

  /**
   * Up to `limit` patients for what is being typed: names in any order and spelling, any run of digits of a phone, a
   * printed number. Who is called exactly so comes first, then the last registered. For a duplicate that was replaced, the
   * record that goes on.
   */
  search(staff: Staff, typed: string, limit: number): readonly ApiRecord[] {
    const { access, resources } = this.#options;
    const records = access.shownOf(staff, this.#finder.find(typed, limit), fieldsTyped(typed));
    resources.noteSearch(staff, patient, records, { search: typed });
    return records.map(apiRecord);
  }
}

/** What is typed is looked for in these. */
function fieldsTyped(typed: string): readonly string[] {
  return [
    ...(/\p{L}/u.test(typed) ? ['familyName', 'givenName'] : []),
    ...(/\d/.test(typed) ? ['phone', 'number'] : []),
  ];
}
