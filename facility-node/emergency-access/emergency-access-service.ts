import type {
  EmergencyCandidates,
  EmergencyCounts,
  EmergencyLine,
  EmergencyPage,
  EmergencyRequest,
  EmergencyReviewRequest,
  EmergencySummaries,
  EmergencySummary,
} from '@santehaggui/protocols/api/emergency-api.ts';
import { EMERGENCY_ROLES, emergencyAccess } from '@santehaggui/protocols/records/emergency-access.ts';
import { patient as patientType } from '@santehaggui/protocols/records/patient.ts';
import { codeWords, roleWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { PatientFinder } from '../patients/patient-finder.ts';
import { survivorOf } from '../patients/patient-survivor.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import { cursorAfter, positionOf } from '../resources/page-cursor.ts';
import { compactNumber, isPrintedNumber } from '../resources/printed-number.ts';
import { failResource } from '../resources/resource-errors.ts';
import { EMERGENCY_PURPOSE, type EmergencyGrants } from '../store/emergency-grants.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { beyondLimit, DAY_MS } from './beyond-limit.ts';
import { failEmergency } from './emergency-errors.ts';
import type { EmergencyNoticeService } from './emergency-notice-service.ts';
import { type Asked, EmergencyStore, type ListedAccess, type Ours } from './emergency-store.ts';
import { reviewers } from './reviewers.ts';

/** How long a record stays open, and within how many days somebody looks at it. */
export type EmergencyTerms = { readonly hours: number; readonly reviewDays: number };

/** What the service is made of. */
export type EmergencyOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly grants: EmergencyGrants;
  readonly once: OnceService;
  readonly patients: PatientFinder;
  readonly notices: EmergencyNoticeService;
  readonly facility: Pick<OwnFacility, 'recordId'>;
  readonly clock: Clock;
  readonly terms: EmergencyTerms;
};

/** Which page of the list. */
export type EmergencyQuery = {
  readonly state?: NonNullable<Parameters<EmergencyStore['list']>[0]['state']> | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

const HOUR_MS = 3600_000;
const MAX_READS = 500;
/** What was asked so long before decides nothing any more. */
const WEEK_MS = 7 * DAY_MS;
/** Enough to find one person, too little to read the register. */
const LEAST_TYPED = 3;
const MOST_FOUND = 10;
const WRONG_NUMBER = {
  field: 'patientNumber',
  message: { fr: 'ce numéro est mal recopié', en: 'this number was copied wrongly' },
};

/**
 * Emergency access ("bris de glace", docs/protocol.md, 14): who treats opens a record that is not theirs to read, for a reason and for
 * some hours; it is audited and told at once, and somebody else says afterwards whether it was justified.
 */
export class EmergencyAccessService {
  readonly #options: EmergencyOptions;
  readonly #accesses: EmergencyStore;

  constructor(options: EmergencyOptions) {
    this.#options = options;
    this.#accesses = new EmergencyStore(options.store.db);
  }

  /** Who can be meant: names and numbers of patients here, whoever may otherwise read them; noted as read in an emergency. */
  candidates(staff: Staff, typed: string, limit: number): EmergencyCandidates {
    this.#demandRole(staff);
    const found = typed.length < LEAST_TYPED ? [] : this.#options.patients.find(typed, Math.min(limit, MOST_FOUND));
    if (found.length === 0) return { items: [] };
    this.#options.audit.append(staff, {
      ...{ action: 'search', recordType: patientType.name, purpose: EMERGENCY_PURPOSE },
      detail: { query: { search: typed }, patients: found.map(({ id }) => id) },
    });
    return {
      items: found.map(({ id, fields }) => ({
        ...{ id, name: nameOf(fields) },
        ...(typeof fields.number === 'string' ? { number: fields.number } : {}),
        ...(typeof fields.birthDate === 'string' ? { born: fields.birthDate.slice(0, 4) } : {}),
      })),
    };
  }

  /**
   * Opens a record, at once. Throws SH-A230 for a role that never may, SH-N130 for a patient who is not here, SH-K230 when it is
   * open already.
   */
  open(post: Post & { readonly body: EmergencyRequest }): Made<EmergencyLine> {
    const { once, clock, audit, notices, terms, facility } = this.#options;
    const { staff, body } = post;
    const at = facility.recordId();
    this.#demandRole(staff);
    const made = once.once(post, (tx) => {
      const person = this.#person(body);
      const asksOthers = body.asksOthers || person === undefined;
      this.#refuseSecond(staff, person, asksOthers);
      const now = clock.now();
      const fields = {
        ...(person === undefined ? { patientNumber: numberOf(body) } : { patient: person.id }),
        ...{ practitioner: staff.practitionerId, reason: body.reason, text: body.text },
        ...{ from: now, until: now + terms.hours * HOUR_MS, reviewBy: now + terms.reviewDays * 24 * HOUR_MS },
        ...(asksOthers ? { asksOthers } : {}),
        ...(at === null ? {} : { facility: at }),
      };
      const id = tx.create(emergencyAccess, fields);
      audit.append(staff, {
        ...{ action: 'create', recordType: emergencyAccess.name, recordId: id, purpose: EMERGENCY_PURPOSE },
        ...(person === undefined ? {} : { patientId: person.id }),
        detail: { reason: body.reason, until: fields.until, asksOthers, event: 'PrivacyDisclosure' },
      });
      notices.prepare({
        ...{ accessId: id, practitionerId: staff.practitionerId, reviewByMs: fields.reviewBy },
        ...{ by: this.#nameOf(staff.practitionerId) ?? staff.login, reason: codeWords(body.reason, 'fr') },
      });
      // Its place in the journal is given at the end of the transaction.
      return {
        status: 201,
        body: this.#lineOf(staff, id, { id, isOurs: 1 }),
        record: { type: emergencyAccess.name, id },
      };
    });
    void notices.send();
    return made;
  }

  /** Closes one's own access before its time. Throws SH-N130, SH-A002, SH-K231, SH-K234 for another facility's. */
  end(post: Post, id: string): Made<EmergencyLine> {
    const { once, clock, audit, store } = this.#options;
    return once.once(post, (tx) => {
      const { fields } = this.#stored(id);
      if (this.#listed(id).isOurs !== 1) throw failEmergency('SH-K234');
      if (fields.endedAt !== undefined || Number(fields.until) <= clock.now()) throw failEmergency('SH-K231');
      tx.patch(id, { endedAt: clock.now() });
      audit.append(post.staff, {
        action: 'update',
        ...aboutOf(store.record(id) as StoredRecord),
        detail: { what: 'closed' },
      });
      return { status: 200, body: this.#lineOf(post.staff, id) };
    });
  }

  /** Says what an access was. Throws SH-N130, SH-A002, SH-K232 for one's own, SH-K233 for a reviewed one, SH-K234 for another facility's. */
  review(post: Post & { readonly body: EmergencyReviewRequest }, id: string): Made<EmergencyLine> {
    const { once, clock, audit, access } = this.#options;
    const { staff, body } = post;
    return once.once(post, (tx) => {
      const record = this.#stored(id);
      access.require(staff, 'update', record, ['review']);
      if (this.#listed(id).isOurs !== 1) throw failEmergency('SH-K234');
      if (record.fields.practitioner === staff.practitionerId) throw failEmergency('SH-K232');
      if (record.fields.review !== undefined) throw failEmergency('SH-K233');
      const reviewed = { reviewedBy: staff.practitionerId, reviewedAt: clock.now() };
      tx.patch(id, { review: body.review, reviewRemark: body.remark, ...reviewed });
      const detail = { what: 'reviewed', review: body.review };
      audit.append(staff, { action: 'update', purpose: 'HOPERAT', ...aboutOf(record), detail });
      return { status: 200, body: this.#lineOf(staff, id) };
    });
  }

  /** A page of accesses, the newest first: for whoever reviews all, for others their own; in the trail. Throws SH-I130 for a foreign cursor. */
  list(staff: Staff, query: EmergencyQuery): EmergencyPage {
    const { access, store, audit } = this.#options;
    const { page, nextCursor } = this.#page(query);
    const shown = page.filter(({ id }) => {
      const record = store.record(id);
      return record !== undefined && access.shown(staff, record) !== undefined;
    });
    const items = shown.map(({ id }) => this.#lineOf(staff, id));
    const patients = [...new Set(items.flatMap(({ patient }) => patient.id ?? []))];
    if (items.length > 0)
      audit.append(staff, {
        ...{ action: 'search', recordType: emergencyAccess.name },
        detail: { ...(query.state === undefined ? {} : { query: { state: query.state } }), patients },
      });
    return {
      ...{ items, ...nextCursor },
      mayOpen: isOpener(staff) && access.permissions.may(staff, 'create', 'emergencyAccess'),
      mayReview: reviewers(access).includes(staff.role),
    };
  }

  /** One access; in the trail. Throws SH-N130, SH-A002. */
  get(staff: Staff, id: string): EmergencyLine {
    const { access, audit } = this.#options;
    const record = this.#stored(id);
    access.read(staff, record);
    audit.append(staff, { action: 'read', ...aboutOf(record) });
    return this.#lineOf(staff, id);
  }

  /** For the operator, who is told no name. Throws SH-I130 for a foreign cursor. */
  summaries(query: EmergencyQuery): EmergencySummaries {
    const { page, nextCursor } = this.#page(query);
    return { items: page.map((listed) => this.#summaryOf(listed)), ...nextCursor, counts: this.counts() };
  }

  /** How many are open, and how many wait to be reviewed. */
  counts(): EmergencyCounts {
    const now = this.#options.clock.now();
    const beyond = this.#beyondLimit(now).filter(({ at }) => at > now - DAY_MS);
    return { ...this.#accesses.counts(now, this.#ours()), beyondLimit: beyond.length };
  }

  /** Those up to a moment that the hub answers no more by itself; `made` has no place in the journal yet. */
  #beyondLimit(atMs: number, made?: Asked): readonly Asked[] {
    const noted = this.#accesses.asked({ ...this.#ours(), since: atMs - WEEK_MS });
    return beyondLimit(made === undefined || noted.some(({ id }) => id === made.id) ? noted : [...noted, made]);
  }

  #isBeyondLimit(one: Asked): boolean {
    return this.#beyondLimit(one.at, one).some(({ id }) => id === one.id);
  }

  #ours(): Ours {
    const { store, facility } = this.#options;
    return { node: store.ownNode(), facility: facility.recordId() };
  }

  #listed(id: string): Pick<ListedAccess, 'id' | 'isOurs'> {
    return this.#accesses.access(id, this.#ours()) ?? { id, isOurs: 0 };
  }

  #page({ state = undefined, cursor, limit }: EmergencyQuery) {
    const { clock } = this.#options;
    const place = positionOf(cursor);
    const found = this.#accesses.list({
      ...{ state: state ?? null, now: clock.now(), ...this.#ours(), limit: limit + 1 },
      before: place === 0 ? Number.MAX_SAFE_INTEGER : place,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      page,
      nextCursor: found.length > limit && last !== undefined ? { nextCursor: cursorAfter(last.position) } : {},
    };
  }

  #demandRole(staff: Staff): void {
    if (isOpener(staff)) return;
    this.#options.audit.append(staff, {
      ...{ action: 'create', recordType: emergencyAccess.name, purpose: EMERGENCY_PURPOSE, decision: 'deny' },
    });
    throw failEmergency('SH-A230');
  }

  /** The patient who is meant; undefined for a number of the carnet that nobody here has. */
  #person(body: EmergencyRequest): StoredRecord | undefined {
    const { store, patients } = this.#options;
    if (body.patient === undefined) {
      if (!isPrintedNumber(numberOf(body))) throw failResource('SH-I130', { fields: [WRONG_NUMBER] });
      return patients.withNumber(numberOf(body));
    }
    const person = survivorOf(store, body.patient);
    if (person === undefined) throw failResource('SH-N130');
    return person;
  }

  #refuseSecond({ practitionerId }: Staff, person: StoredRecord | undefined, asksOthers: boolean): void {
    const { grants, store } = this.#options;
    if (person === undefined || !grants.isOpen(practitionerId, person.id)) return;
    const hasAsked = this.#accesses
      .ofPatient(person.id)
      .some((id) => store.record(id)?.fields.asksOthers === true && this.#isOpen(id));
    if (hasAsked || !asksOthers) throw failEmergency('SH-K230');
  }

  #isOpen(id: string): boolean {
    const { fields } = this.#stored(id);
    return fields.endedAt === undefined && Number(fields.until) > this.#options.clock.now();
  }

  #stored(id: string): StoredRecord {
    const record = this.#options.store.record(id);
    if (record === undefined || record.type.name !== emergencyAccess.name) throw failResource('SH-N130');
    return record;
  }

  #summaryOf({ id, isOurs }: Pick<ListedAccess, 'id' | 'isOurs'>): EmergencySummary {
    const { clock, store } = this.#options;
    const { fields } = this.#stored(id);
    const role = store.record(String(fields.practitioner))?.fields.role;
    return {
      ...{ id, at: instant(fields.from), until: instant(fields.until), reviewBy: instant(fields.reviewBy) },
      isOpen: this.#isOpen(id),
      isOverdue: isOurs === 1 && fields.review === undefined && Number(fields.reviewBy) < clock.now(),
      isElsewhere: isOurs !== 1,
      role: typeof role === 'string' ? role : '',
      reason: String(fields.reason),
      reasonWords: codeWords(String(fields.reason), 'fr'),
      asksOthers: fields.asksOthers === true,
      isBeyondLimit: isOurs === 1 && fields.asksOthers === true && this.#isBeyondLimit({ id, at: Number(fields.from) }),
      review: (fields.review ?? null) as EmergencySummary['review'],
    };
  }

  #lineOf(staff: Staff, id: string, known?: Pick<ListedAccess, 'id' | 'isOurs'>): EmergencyLine {
    const { access } = this.#options;
    const { fields } = this.#stored(id);
    const listed = known ?? this.#listed(id);
    const summary = this.#summaryOf(listed);
    const person = this.#patientOf(fields);
    const shown = person === undefined ? undefined : access.shown(staff, person)?.fields;
    const number = person?.fields.number ?? fields.patientNumber;
    const name = shown === undefined ? '' : nameOf(shown);
    return {
      ...summary,
      patient: {
        id: person?.id ?? null,
        ...(name === '' ? {} : { name }),
        ...(typeof number === 'string' ? { number } : {}),
      },
      who: this.#nameOf(String(fields.practitioner)) ?? '—',
      roleWords: summary.role === '' ? '' : roleWords(summary.role, 'fr'),
      isMine: fields.practitioner === staff.practitionerId,
      text: String(fields.text),
      endedAt: fields.endedAt === undefined ? null : instant(fields.endedAt),
      reads: listed.isOurs === 1 ? this.#reads(fields, person?.id) : null,
      remark: typeof fields.reviewRemark === 'string' ? fields.reviewRemark : null,
      reviewedBy: typeof fields.reviewedBy === 'string' ? (this.#nameOf(fields.reviewedBy) ?? '—') : null,
      reviewedAt: fields.reviewedAt === undefined ? null : instant(fields.reviewedAt),
    };
  }

  /** The patient as far as it is here: one who was only known by a number has come since, or not. */
  #patientOf({ patient, patientNumber }: StoredRecord['fields']): StoredRecord | undefined {
    const { store, patients } = this.#options;
    if (typeof patient === 'string') return store.record(patient);
    return typeof patientNumber === 'string' ? patients.withNumber(patientNumber) : undefined;
  }

  /** How often who opened it read the record while it was open. */
  #reads({ practitioner, from, until, endedAt }: StoredRecord['fields'], patientId: string | undefined): number {
    if (patientId === undefined) return 0;
    const asked = { patientId, since: Number(from), until: Number(endedAt ?? until) + 1 };
    const found = this.#options.audit.search(asked, { before: Number.MAX_SAFE_INTEGER, limit: MAX_READS });
    return found.filter(
      ({ practitionerId, action, decision, purpose, recordType }) =>
        practitionerId === practitioner &&
        recordType !== emergencyAccess.name &&
        purpose === EMERGENCY_PURPOSE &&
        decision === 'permit' &&
        (action === 'read' || action === 'search'),
    ).length;
  }

  #nameOf(practitionerId: string): string | undefined {
    const name = nameOf(this.#options.store.record(practitionerId)?.fields ?? {});
    return name === '' ? undefined : name;
  }
}

function isOpener({ role }: Staff): boolean {
  return (EMERGENCY_ROLES as readonly string[]).includes(role);
}

function aboutOf({ id, fields }: StoredRecord) {
  const { patient } = fields;
  return {
    ...{ recordType: emergencyAccess.name, recordId: id },
    ...(typeof patient === 'string' ? { patientId: patient } : {}),
  };
}

/** Without hyphens: people leave them out. */
function numberOf({ patientNumber = '' }: EmergencyRequest): string {
  return compactNumber(patientNumber);
}

function nameOf({ givenName, familyName }: StoredRecord['fields']): string {
  return [givenName, familyName].filter((part) => typeof part === 'string').join(' ');
}

function instant(ms: StoredRecord['fields'][string] | undefined): string {
  return new Date(typeof ms === 'number' ? ms : 0).toISOString();
}
