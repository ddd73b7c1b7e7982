import type { Attributes, Circumstances } from '@santehaggui/protocols/permissions/ability.ts';
import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import type { Staff } from '../people/caller.ts';
import { EMERGENCY_PURPOSE } from '../store/emergency-grants.ts';
import type { AccessStore, Maker } from './access-store.ts';

/** Who registered or saw a patient within a day is at work with the patient; so is whoever else is on duty. */
const CARE_LASTS_MS = 24 * 3600_000;

/** Where, when and by whom a record is looked at. */
export type Viewpoint = {
  readonly store: AccessStore;
  readonly staff: Staff;
  readonly node: number;
  /** Whether a node is this facility's, now or formerly. */
  readonly isOwnNode: (node: number) => boolean;
  readonly nowMs: number;
  /** As far as they are known before the record; its patient's may be open in an emergency. */
  readonly circumstances: Circumstances;
  readonly isOpen: (patientId: string) => boolean;
};

/** The thing itself; `id` undefined for what is only about to be recorded, which is the writer's own. */
export type AskedRecord = {
  readonly id: string | undefined;
  readonly patientId: string | undefined;
  readonly fields: NamedFields;
};

/** What rules may ask about a record (`permission-rule.ts`), found out when they do. */
export class RecordAttributes implements Attributes {
  readonly time: string;
  readonly record: NamedFields;
  readonly #asked: AskedRecord;
  readonly #from: Viewpoint;
  #maker: Maker | undefined;

  constructor(asked: AskedRecord, from: Viewpoint) {
    this.#asked = asked;
    this.#from = from;
    this.record = asked.fields;
    this.time = from.circumstances.time;
  }

  get purpose(): string {
    const { patientId } = this.#asked;
    const isOpen = patientId !== undefined && this.#from.isOpen(patientId);
    return isOpen ? EMERGENCY_PURPOSE : this.#from.circumstances.purpose;
  }

  get facility(): Attributes['facility'] {
    return this.#from.isOwnNode(this.#madeBy().node) ? 'own' : 'other';
  }

  get author(): Attributes['author'] {
    return this.#madeBy().author === this.#from.staff.practitionerId ? 'self' : 'other';
  }

  /** What belongs to no patient, or to one who is only being registered, is nobody's secret from whoever works here. */
  get careRelation(): boolean {
    const { patientId: patient } = this.#asked;
    const { staff, node, nowMs, store } = this.#from;
    if (patient === undefined) return true;
    const { practitionerId: practitioner } = staff;
    return (
      store.makerOf(patient)?.author === practitioner ||
      store.isCaredFor({ patient, practitioner, node, since: nowMs - CARE_LASTS_MS })
    );
  }

  #madeBy(): Maker {
    const { node, staff, store } = this.#from;
    const { id } = this.#asked;
    const own = { node, author: staff.practitionerId };
    this.#maker ??= id === undefined ? own : (store.makerOf(id) ?? { node: -1, author: null });
    return this.#maker;
  }
}
