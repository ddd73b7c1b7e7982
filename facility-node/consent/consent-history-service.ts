import type { CONSENT_STATES, ConsentHistory, ConsentLine } from '@santehaggui/protocols/api/consent-api.ts';
import { currentVersion, versionsOf } from '@santehaggui/protocols/consents/consent-chain.ts';
import {
  HOME_COUNTRY,
  isInForce,
  isMinor,
  judgeDisclosure,
  type Recipient,
} from '@santehaggui/protocols/consents/consent-decision.ts';
import { classWords, countryName, dayWords } from '@santehaggui/protocols/consents/consent-text.ts';
import { readSignature, signaturePath } from '@santehaggui/protocols/consents/signature.ts';
import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { codeWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { failResource } from '../resources/resource-errors.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { ConsentStore } from './consent-store.ts';

/** What the service is made of. */
export type ConsentHistoryOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly access: RecordAccess;
  readonly clock: Clock;
  readonly facility: OwnFacility;
};

const VERSIONS = String(consent.fields.versions?.number);

/** What a patient has let whom have, in words: for staff, on paper, and by short message. */
export class ConsentHistoryService {
  readonly #options: ConsentHistoryOptions;
  readonly #consents: ConsentStore;

  constructor(options: ConsentHistoryOptions) {
    this.#options = options;
    this.#consents = new ConsentStore(options.store.db);
  }

  /** All consents of a patient, the newest first, noted as read. Throws SH-N130. */
  of(staff: Staff, patientId: string): ConsentHistory {
    const person = this.#patient(patientId);
    this.#options.audit.append(staff, { action: 'read', recordType: 'consent', patientId });
    return this.#history(person, (record) => this.#isReadable(staff, record));
  }

  /** One consent in words, noted as read. Throws SH-N130, SH-A002. */
  line(staff: Staff, id: string): ConsentLine {
    const record = this.#options.store.record(id);
    if (record === undefined || record.type.name !== consent.name) throw failResource('SH-N130');
    this.#options.access.require(staff, 'read', record);
    const person = this.#patient(String(record.fields.patient));
    this.#options.audit.append(staff, { action: 'read', recordType: 'consent', recordId: id, patientId: person.id });
    return this.#line(record, person);
  }

  /**
   * What others may have now, for the patient: of each permit in force the classes that nothing denies. No reading by staff, and so not
   * noted here. Whether a facility is of the district is not asked: rather one too many is told than one too few.
   */
  inForce(patientId: string): readonly ConsentLine[] {
    const { store, clock } = this.#options;
    const person = this.#patient(patientId);
    const atMs = clock.now();
    const birthDate = this.#consents.birthDate(person.id);
    const consents = this.#consents.ofPatient(person.id).flatMap((id) => store.record(id) ?? []);
    const permits = consents.filter(
      ({ fields }) => fields.decision !== 'deny' && isInForce(fields, atMs, birthDate) && Array.isArray(fields.classes),
    );
    return permits.reverse().flatMap((record) => {
      const { fields } = record;
      const { allowed } = judgeDisclosure(consents, {
        classes: fields.classes as readonly string[],
        purpose: String(fields.purpose),
        recipient: recipientOf(fields),
        country: typeof fields.country === 'string' ? fields.country : HOME_COUNTRY,
        atMs,
        birthDate,
      });
      return allowed.size === 0
        ? []
        : [this.#line({ ...record, fields: { ...fields, classes: [...allowed] } }, person)];
    });
  }

  /** All that was accepted and refused, the newest first, for the patient: no reading by staff either. */
  said(patientId: string): readonly ConsentLine[] {
    return this.#history(this.#patient(patientId)).items;
  }

  #isReadable(staff: Staff, record: StoredRecord): boolean {
    return this.#options.access.scope(staff, 'read', record) !== undefined;
  }

  #history(person: StoredRecord, isFor: (record: StoredRecord) => boolean = () => true): ConsentHistory {
    const { store, clock, facility } = this.#options;
    const records = this.#consents
      .ofPatient(person.id)
      .flatMap((id) => store.record(id) ?? [])
      .filter(isFor)
      .reverse();
    const items = records.map((record) => this.#line(record, person));
    const minor = isMinor(this.#consents.birthDate(person.id), clock.now());
    const number = person.fields.number;
    return {
      patient: {
        id: person.id,
        name: nameOf(person),
        isMinor: minor ?? null,
        ...(typeof number === 'string' ? { number } : {}),
      },
      facility: facility.name,
      items,
      asksAgain: minor === false && isAskedAgain(records, items),
    };
  }

  #line(record: StoredRecord, person: StoredRecord): ConsentLine {
    const { fields } = record;
    const { clock } = this.#options;
    const text = (name: string): string | undefined =>
      typeof fields[name] === 'string' ? (fields[name] as string) : undefined;
    const instant = (name: string): string | undefined =>
      typeof fields[name] === 'number' ? new Date(fields[name] as number).toISOString() : undefined;
    const words = (name: string, inWords: (value: string) => string): string | undefined =>
      text(name) === undefined ? undefined : inWords(text(name) as string);
    const strokes = readSignature(text('evidence') ?? '');
    const refused = classWords(fields.refused);
    return withoutGaps({
      id: record.id,
      state: stateOf(record, this.#consents.birthDate(person.id), clock.now()),
      decision: fields.decision === 'deny' ? 'deny' : 'permit',
      recipient: this.#recipient(record),
      classes: classWords(fields.classes),
      refused: refused === '' ? undefined : refused,
      purpose: codeWords(String(fields.purpose), 'fr'),
      country: words('country', countryName),
      from: words('from', dayWords),
      until: words('until', dayWords),
      givenAt: instant('givenAt'),
      givenBy: giver(fields, person),
      capture: codeWords(String(fields.capture), 'fr'),
      witness: text('witness'),
      takenBy: this.#personName(text('takenBy')),
      withdrawnAt: instant('withdrawnAt'),
      signature: strokes === undefined ? undefined : signaturePath(strokes),
      versions: this.#versions(record),
    });
  }

  #versions({ id, fields }: StoredRecord): ConsentLine['versions'] {
    const changes = this.#options.store.tables().records.changesOf(id);
    const byHash = new Map(changes.flatMap((change) => hashesIn(change).map((hash) => [hash, change] as const)));
    return versionsOf(fields.versions).flatMap(({ number, hash }) => {
      const change = byHash.get(hash);
      if (change === undefined) return [];
      const by = this.#personName(change.author ?? undefined);
      const at = new Date(change.orderClock.ms).toISOString();
      return [{ number, hash, at, ...(by === undefined ? {} : { by }) }];
    });
  }

  #recipient({ fields }: StoredRecord): string {
    if (typeof fields.recipientName === 'string') return fields.recipientName;
    if (fields.isForDistrict === true) return 'tous les centres du district';
    if (typeof fields.recipient !== 'string') return fields.decision === 'deny' ? 'tous' : 'personne';
    const name = this.#options.store.record(fields.recipient)?.fields.name;
    return typeof name === 'string' ? name : 'un autre établissement';
  }

  #personName(id: string | undefined): string | undefined {
    const record = id === undefined ? undefined : this.#options.store.record(id);
    const name = record === undefined ? '' : nameOf(record);
    return name === '' ? undefined : name;
  }

  #patient(id: string): StoredRecord {
    const record = this.#options.store.record(id);
    if (record === undefined || record.type.name !== patient.name) throw failResource('SH-N130');
    return record;
  }
}

/** A guardian's consent that ended with childhood, and nothing that the patient has said since. */
function isAskedAgain(records: readonly StoredRecord[], items: readonly ConsentLine[]): boolean {
  const isActive = items.some(({ state }) => state === 'active');
  return !isActive && records.some(({ fields }) => fields.guardian !== undefined && fields.status === 'active');
}

/** To whom a permit lets data go. */
function recipientOf(fields: StoredRecord['fields']): Recipient {
  if (typeof fields.recipientName === 'string') return { kind: 'organisation', name: fields.recipientName };
  const id = typeof fields.recipient === 'string' ? fields.recipient : '';
  return { kind: 'facility', id, isInDistrict: fields.isForDistrict === true };
}

function stateOf(record: StoredRecord, birthDate: string | undefined, nowMs: number): (typeof CONSENT_STATES)[number] {
  if (record.fields.status !== 'active') return 'withdrawn';
  if (isInForce(record.fields, nowMs, birthDate)) return 'active';
  const isOfAge = record.fields.guardian !== undefined && isMinor(birthDate, nowMs) === false;
  return isOfAge ? 'of-age' : 'ended';
}

function giver(fields: StoredRecord['fields'], person: StoredRecord): string {
  if (typeof fields.guardian !== 'string') return nameOf(person);
  const relation = typeof fields.guardianRelation === 'string' ? ` (${codeWords(fields.guardianRelation, 'fr')})` : '';
  return `${fields.guardian}${relation}`;
}

function hashesIn({ writes }: RecordChange): readonly string[] {
  const write = writes[VERSIONS];
  if (write?.kind !== 'set') return [];
  return write.add.flatMap((entry) => currentVersion([entry])?.hash ?? []);
}

function nameOf({ fields }: StoredRecord): string {
  return [fields.givenName, fields.familyName].filter((part) => typeof part === 'string').join(' ');
}

type WithGaps<Line> = { readonly [Name in keyof Line]: Line[Name] | undefined };

function withoutGaps(line: WithGaps<ConsentLine>): ConsentLine {
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined)) as ConsentLine;
}
