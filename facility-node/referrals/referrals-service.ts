import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import {
  type ReferralSide,
  type ReferralStatus,
  type ReferralStep,
  takeReferralStep,
} from '@santehaggui/protocols/records/referral-machine.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { ApiRecord } from '../resources/api-record.ts';
import type { NumberingService } from '../resources/numbering-service.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import type { EnteredFields } from '../resources/references.ts';
import { failResource } from '../resources/resource-errors.ts';
import type { Amendment, PageQuery, ResourcesService } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { failReferral } from './referral-errors.ts';
import { fieldsOfOtherSide, sideOf } from './referral-sides.ts';

/** Which referrals: those that come here, or those that leave. */
export type ReferralDirection = 'incoming' | 'outgoing';

/** What the service is made of. */
export type ReferralsOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly once: OnceService;
  readonly resources: ResourcesService;
  readonly numbering: NumberingService;
  readonly clock: Clock;
  readonly facility: OwnFacility;
};

/** Références, évacuations and contre-références, by the machine of `protocols/records/referral-machine.ts`. */
export class ReferralsService {
  readonly #options: ReferralsOptions;

  constructor(options: ReferralsOptions) {
    this.#options = options;
  }

  /** A page of referrals, the oldest here first. */
  list(staff: Staff, direction: ReferralDirection | undefined, query: PageQuery): Page<ApiRecord> {
    const { facility, resources } = this.#options;
    const own = facility.recordId();
    if (direction !== undefined && own === null) return { items: [] };
    const side = direction === undefined || own === null ? {} : { [direction === 'incoming' ? 'to' : 'from']: own };
    return resources.list(staff, referral, { ...query, equal: { ...query.equal, ...side } });
  }

  /**
   * Refers a patient: to the facility named, or to the one that this one refers to. Throws SH-K160 before enrolment,
   * SH-I130 naming the fields that cannot be.
   */
  create(post: Post & { readonly body: EnteredFields }): Made<ApiRecord> {
    const { audit, numbering, once, resources } = this.#options;
    const own = this.#ownId();
    return once.once(post, (tx) => {
      const { staff, body } = post;
      const to = body.to ?? this.#target(own);
      if (to === own) {
        throw failResource('SH-I130', {
          fields: [
            {
              field: 'to',
              message: {
                fr: 'une référence va vers un autre établissement',
                en: 'a referral goes to another facility',
              },
            },
          ],
        });
      }
      const fields = resources.checkedEntry(staff, referral, { ...body, to });
      const number = numbering.next('referral');
      const id = tx.create(referral, {
        ...fields,
        number,
        from: own,
        requester: staff.practitionerId,
        status: 'created',
      });
      audit.append(staff, {
        action: 'create',
        recordType: 'referral',
        recordId: id,
        patientId: String(fields.patient),
        detail: { to: fields.to },
      });
      return { status: 201, body: resources.written(staff, referral, id), record: { type: 'referral', id } };
    });
  }

  /**
   * Takes one step with the fields of its form. Throws SH-N130, SH-A160 for a step or a field of the other side, SH-K161
   * for one that the state does not allow, SH-I130.
   */
  step(post: Post & { readonly body: EnteredFields }, id: string, step: ReferralStep): Made<ApiRecord> {
    const { audit, once, resources } = this.#options;
    return once.once(post, (tx) => {
      const { staff, body } = post;
      const record = resources.stored(referral, id);
      const side = this.#sideIn(record, Object.keys(body));
      const from = (record.fields.status ?? 'created') as ReferralStatus;
      const taken = takeReferralStep(from, step, side);
      if (!taken.ok) {
        if (taken.reason === 'wrong-side') throw failReferral('SH-A160');
        throw failReferral('SH-K161', { why: { fr: `État actuel : ${from}.`, en: `Present state: ${from}.` } });
      }
      const fields = resources.checkedAmendment(staff, record, body);
      tx.patch(id, { ...this.#filledBy(step, staff, record), ...fields, status: taken.status });
      audit.append(staff, {
        action: 'update',
        recordType: 'referral',
        recordId: id,
        patientId: String(record.fields.patient),
        detail: { step, from, to: taken.status, fields: Object.keys(fields) },
      });
      return { status: 200, body: resources.written(staff, referral, id), record: { type: 'referral', id } };
    });
  }

  /** Amends this side's part of the form. Throws SH-A160 for a field of the other side's, and what `patch` of resources does. */
  patch(staff: Staff, amendment: Amendment): ApiRecord {
    const { resources } = this.#options;
    this.#sideIn(resources.stored(referral, amendment.id), Object.keys(amendment.fields));
    return resources.patch(staff, referral, amendment);
  }

  #sideIn(record: StoredRecord, written: readonly string[]): ReferralSide {
    const side = sideOf(record.fields, this.#options.facility.recordId());
    if (side === undefined) throw failReferral('SH-A160');
    const foreign = fieldsOfOtherSide(written, side);
    if (foreign.length === 0) return side;
    throw failReferral('SH-A160', {
      fields: foreign.map((field) => ({
        field,
        message: { fr: 'c’est à l’autre établissement de l’écrire', en: 'this is for the other facility to write' },
      })),
    });
  }

  /** What a step says by itself: when it was taken and by whom, unless that was said already. */
  #filledBy(step: ReferralStep, staff: Staff, { fields }: StoredRecord): Readonly<Record<string, FieldValue>> {
    const nowMs = this.#options.clock.now();
    const unless = (name: string, value: FieldValue): Readonly<Record<string, FieldValue>> =>
      fields[name] === undefined ? { [name]: value } : {};
    if (step === 'depart') return unless('departedAt', nowMs);
    if (step === 'arrive') return { ...unless('arrivedAt', nowMs), ...unless('receivedBy', staff.practitionerId) };
    if (step === 'close') return { ...unless('closedAt', nowMs), ...unless('closedBy', staff.practitionerId) };
    return {};
  }

  #ownId(): string {
    const own = this.#options.facility.recordId();
    if (own === null) throw failReferral('SH-K160');
    return own;
  }

  #target(own: string): FieldValue {
    const target = this.#options.store.record(own)?.fields.referralTarget;
    if (target !== undefined) return target;
    throw failResource('SH-I130', {
      fields: [
        {
          field: 'to',
          message: {
            fr: 'dites vers quel établissement : celui-ci n’a pas de destination habituelle',
            en: 'say to which facility: this one has no usual target',
          },
        },
      ],
    });
  }
}
