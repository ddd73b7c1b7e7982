import type { ConsultationAnswer } from '@santehaggui/protocols/api/lan-api.ts';
import type { Subject } from '@santehaggui/protocols/permissions/permission-rule.ts';
import { encounter } from '@santehaggui/protocols/records/encounter.ts';
import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { type ApiRecord, apiRecord } from '../resources/api-record.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import { below, type EnteredFields } from '../resources/references.ts';
import { failResource } from '../resources/resource-errors.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RecordTransaction } from '../store/record-transaction.ts';
import { CONSULTATION_PARTS, PART_NAMES, type PartName } from './consultation-parts.ts';
import { ConsultationsStore } from './consultations-store.ts';

/** A consultation as entered: the encounter's fields and what belongs to it. */
export type EnteredConsultation = EnteredFields & Readonly<Record<PartName, readonly EnteredFields[]>>;

/** A consultation as shown: the encounter with all that was recorded in it. */
export type Consultation = ApiRecord & Readonly<Record<PartName, readonly ApiRecord[]>>;

/** What the service is made of. */
export type ConsultationsOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly once: OnceService;
  readonly resources: ResourcesService;
};

type CheckedPart = { readonly name: PartName; readonly fields: Readonly<Record<string, FieldValue>> };

type Checked = { readonly head: Readonly<Record<string, FieldValue>>; readonly parts: readonly CheckedPart[] };

/** Whole consultations: vitals, diagnoses, prescriptions, tests and doses in one request and one transaction. */
export class ConsultationsService {
  readonly #options: ConsultationsOptions;
  readonly #parts: ConsultationsStore;

  constructor(options: ConsultationsOptions) {
    this.#options = options;
    this.#parts = new ConsultationsStore(options.store.db);
  }

  /**
   * Records all of it or nothing. Throws SH-A002 for a part that the role may not write, SH-I130 naming every field of
   * every part that cannot be (`conditions.0.onset`).
   */
  create(post: Post & { readonly body: EnteredConsultation }): Made<ConsultationAnswer> {
    const { staff, body } = post;
    for (const name of PART_NAMES) {
      if (body[name].length > 0) this.#options.access.demand(staff, 'create', subjectOf(name));
    }
    return this.#options.once.once(post, (tx) => this.#record(tx, staff, this.#check(staff, body)));
  }

  /** A consultation with its parts; the read is in the audit trail. Throws SH-N130. */
  get(staff: Staff, id: string): Consultation {
    const shown = this.#options.resources.get(staff, encounter, id);
    // Whoever may read that somebody came need not be told the diagnosis.
    const parts = PART_NAMES.map((name) => [name, this.#partsOf(staff, id, name)] as const);
    return { ...shown, ...Object.fromEntries(parts) } as Consultation;
  }

  #partsOf(staff: Staff, id: string, name: PartName): readonly ApiRecord[] {
    const { access, store } = this.#options;
    const records = this.#parts.partsOf(id, name).flatMap((partId) => store.record(partId) ?? []);
    return access.shownOf(staff, records, ['encounter']).map(apiRecord);
  }

  #check(staff: Staff, body: EnteredConsultation): Checked {
    const { resources } = this.#options;
    const problems: FieldProblem[] = [];
    const entered = Object.fromEntries(Object.entries(body).filter(([name]) => !(name in CONSULTATION_PARTS)));
    const head = resources.judgeEntry(staff, encounter, {
      practitioner: staff.practitionerId,
      ...(entered as EnteredFields),
    });
    problems.push(...head.problems);
    const parts = PART_NAMES.flatMap((name) =>
      body[name].map((part, index): CheckedPart => {
        const type = CONSULTATION_PARTS[name];
        const judged = resources.judgeEntry(
          staff,
          type,
          { ...part, patient: head.fields.patient },
          Number(head.fields.start),
        );
        // What is wrong with the patient is said once, at the top.
        const own = judged.problems.filter(({ field }) => field !== 'patient');
        problems.push(...below(`${name}.${index}`, own));
        return { name, fields: judged.fields };
      }),
    );
    if (problems.length > 0) throw failResource('SH-I130', { fields: problems });
    return { head: head.fields, parts };
  }

  #record(tx: RecordTransaction, staff: Staff, { head, parts }: Checked): Made<ConsultationAnswer> {
    const id = tx.create(encounter, head);
    const made: Record<PartName, string[]> = { observations: [], conditions: [], prescriptions: [], immunizations: [] };
    for (const { name, fields } of parts) {
      made[name].push(tx.create(CONSULTATION_PARTS[name], { ...fields, encounter: id }));
    }
    this.#options.audit.append(staff, {
      action: 'create',
      recordType: 'encounter',
      recordId: id,
      patientId: String(head.patient),
      detail: Object.fromEntries(PART_NAMES.map((name) => [name, made[name].length])),
    });
    return { status: 201, body: { id, ...made }, record: { type: 'encounter', id } };
  }
}

function subjectOf(name: PartName): Subject {
  return CONSULTATION_PARTS[name].name as Subject;
}
