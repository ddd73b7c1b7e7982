import type { ConsentCapture, ConsentRequest, ConsentTerms } from '@santehaggui/protocols/api/consent-api.ts';
import { currentVersion, nextVersionEntry, type VersionWrites } from '@santehaggui/protocols/consents/consent-chain.ts';
import { consentText, textHash } from '@santehaggui/protocols/consents/consent-text.ts';
import { readSignature } from '@santehaggui/protocols/consents/signature.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { type ApiRecord, apiRecord } from '../resources/api-record.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import { failResource } from '../resources/resource-errors.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import type { ConsentCodeService } from './consent-code-service.ts';
import { captureFields, fieldsOf, giverOf, lastDayOf, type TermsContext, termsProblems } from './consent-entry.ts';
import { failConsent } from './consent-errors.ts';

/** What the service is made of. */
export type ConsentOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly access: RecordAccess;
  readonly once: OnceService;
  readonly codes: ConsentCodeService;
  readonly clock: Clock;
  readonly facility: OwnFacility;
};

/** The words of a consent before it is given, and their hash. */
export type ConsentPreview = {
  readonly text: string;
  readonly textHash: string;
  readonly until?: string | undefined;
  readonly canSendCode: boolean;
};

/** Giving and withdrawing consents: each a version that names the hash of the one before (docs/protocol.md, 9). */
export class ConsentService {
  readonly #options: ConsentOptions;

  constructor(options: ConsentOptions) {
    this.#options = options;
  }

  /** What is to be shown or read out. Throws SH-N130 without that patient, SH-I130 naming the terms that cannot be. */
  preview(terms: ConsentTerms): ConsentPreview {
    const { context, person } = this.#judged(terms);
    const until = lastDayOf(terms, context);
    const text = this.#text(terms, until, person);
    return {
      text,
      textHash: textHash(text),
      ...(until === undefined ? {} : { until }),
      canSendCode: this.#options.codes.canSend() && phoneOf(terms, person) !== undefined,
    };
  }

  /** Sends a code that says yes to these terms. Throws what {@link preview} and the codes throw, SH-I191 for another text. */
  async sendCode(
    staff: Staff,
    request: { readonly terms: ConsentTerms; readonly textHash: string },
  ): Promise<{ readonly codeId: string; readonly expiresAt: string; readonly phoneEnding: string }> {
    const { terms } = request;
    this.#sameText(request);
    const phone = phoneOf(terms, this.#patient(terms.patient));
    const sent = await this.#options.codes.send({
      ...{ staff, phone },
      patientId: terms.patient,
      textHash: request.textHash,
    });
    const { codeId, expiresAtMs } = sent;
    this.#options.audit.append(staff, {
      action: 'create',
      recordType: 'consent',
      patientId: terms.patient,
      detail: { what: 'code-sent' },
    });
    return { codeId, expiresAt: new Date(expiresAtMs).toISOString(), phoneEnding: phone?.slice(-2) ?? '' };
  }

  /**
   * Records a consent that was given, once for its Idempotency-Key. Throws SH-N130, SH-I130 naming what cannot be, SH-I191 when
   * the text that was read is not that of the terms, SH-I190 for a code that does not say yes to it.
   */
  give(post: Post & { readonly body: ConsentRequest }): Made<ApiRecord> {
    const { staff, body } = post;
    const { terms, capture } = body;
    const answered = this.#options.once.answered<ApiRecord>(post);
    if (answered !== undefined) return answered;
    this.#sameText(body);
    const evidence = this.#evidence(staff, body);
    const { access, audit, clock, codes, once, store } = this.#options;
    return once.once(post, (tx) => {
      if (capture.way === 'sms-code') codes.use(capture.codeId);
      const { context } = this.#judged(terms);
      const fields = {
        ...fieldsOf(terms, lastDayOf(terms, context)),
        ...captureFields(capture, evidence),
        givenAt: clock.now(),
        takenBy: staff.practitionerId,
      };
      const id = tx.create(consent, { ...fields, versions: [nextVersionEntry(null, numbered(fields))] });
      const detail = { decision: terms.decision, capture: capture.way, by: giverOf(terms), version: 1 };
      audit.append(staff, { action: 'create', recordType: 'consent', recordId: id, patientId: terms.patient, detail });
      const record = store.record(id) as StoredRecord;
      return { status: 201, body: apiRecord(access.written(staff, record)), record: { type: 'consent', id } };
    });
  }

  /** Withdraws a consent: its next version, which leaves before all else. Throws SH-N130, SH-K190 when it is withdrawn already. */
  withdraw(post: Post, id: string): Made<ApiRecord> {
    const { access, audit, clock, once, store } = this.#options;
    return once.once(post, (tx) => {
      const held = store.record(id);
      if (held === undefined || held.type.name !== 'consent') throw failResource('SH-N130');
      if (held.fields.status === 'withdrawn') throw failConsent('SH-K190');
      const before = currentVersion(held.fields.versions);
      const writes = { status: 'withdrawn', withdrawnAt: clock.now() };
      const entries = Array.isArray(held.fields.versions) ? held.fields.versions : [];
      tx.patch(id, { ...writes, versions: [...entries, nextVersionEntry(before, numbered(writes))] });
      audit.append(post.staff, {
        action: 'update',
        recordType: 'consent',
        recordId: id,
        patientId: String(held.fields.patient),
        detail: { what: 'withdrawn', version: (before?.number ?? 0) + 1 },
      });
      const record = store.record(id) as StoredRecord;
      return { status: 200, body: apiRecord(access.written(post.staff, record)), record: { type: 'consent', id } };
    });
  }

  #sameText({ terms, textHash: shown }: { readonly terms: ConsentTerms; readonly textHash: string }): void {
    if (this.preview(terms).textHash !== shown) throw failConsent('SH-I191');
  }

  #evidence(staff: Staff, { terms, textHash: hash, capture }: ConsentRequest): string | undefined {
    if (capture.way === 'sms-code') {
      const { codeId, code } = capture;
      return this.#options.codes.prove({ staff, patientId: terms.patient, textHash: hash, codeId, code });
    }
    const problem = this.#captureProblem(staff, capture, terms);
    if (problem !== undefined) throw failResource('SH-I130', { fields: [problem] });
    return capture.way === 'signed' ? capture.signature : undefined;
  }

  #captureProblem(staff: Staff, capture: ConsentCapture, terms: ConsentTerms): FieldProblem | undefined {
    if (capture.way === 'signed' && readSignature(capture.signature) === undefined) {
      return {
        field: 'capture.signature',
        message: { fr: 'la signature est vide ou illisible', en: 'the signature is empty or unreadable' },
      };
    }
    if (capture.way !== 'spoken-before-witness') return undefined;
    const recorder = this.#options.store.record(staff.practitionerId)?.fields;
    const others = [
      nameOf(recorder),
      nameOf(this.#patient(terms.patient).fields),
      typeof terms.guardian === 'string' ? terms.guardian : '',
    ];
    if (!others.some((name) => folded(name) === folded(capture.witness))) return undefined;
    return {
      field: 'capture.witness',
      message: {
        fr: 'le témoin est une autre personne que le patient, son tuteur et vous',
        en: 'the witness is another person than the patient, the guardian and you',
      },
    };
  }

  #judged(terms: ConsentTerms): { readonly context: TermsContext; readonly person: StoredRecord } {
    const { store, clock, facility } = this.#options;
    const person = this.#patient(terms.patient);
    const { birthDate } = person.fields;
    const context: TermsContext = {
      nowMs: clock.now(),
      birthDate: typeof birthDate === 'string' ? birthDate : undefined,
      own: facility.recordId(),
    };
    const unknown = terms.recipient !== undefined && store.record(terms.recipient)?.type.name !== facilityType.name;
    const problems = [
      ...termsProblems(terms, context),
      ...(unknown
        ? [
            {
              field: 'recipient',
              message: { fr: 'cet établissement n’est pas connu ici', en: 'this facility is not known here' },
            },
          ]
        : []),
    ];
    if (problems.length > 0) throw failResource('SH-I130', { fields: problems });
    return { context, person };
  }

  #patient(id: string): StoredRecord {
    const record = this.#options.store.record(id);
    if (record === undefined || record.type.name !== patient.name) throw failResource('SH-N130');
    return record;
  }

  #text(terms: ConsentTerms, until: string | undefined, person: StoredRecord): string {
    const { store, facility } = this.#options;
    const recipient = terms.recipient === undefined ? undefined : store.record(terms.recipient)?.fields.name;
    return consentText(fieldsOf(terms, until), {
      patient: nameOf(person.fields),
      facility: facility.name,
      recipient: typeof recipient === 'string' ? recipient : undefined,
    });
  }
}

/** Where a code goes: to the guardian of a child, else to the patient; only to a number that can be read. */
function phoneOf({ guardian, guardianPhone }: ConsentTerms, person: StoredRecord): string | undefined {
  const phone = guardian === undefined ? person.fields.phone : (guardianPhone ?? person.fields.phone);
  return typeof phone === 'string' ? parseMaliPhone(phone) : undefined;
}

function nameOf(fields: Readonly<Record<string, FieldValue>> | undefined): string {
  return [fields?.givenName, fields?.familyName].filter((part) => typeof part === 'string').join(' ');
}

function folded(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ');
}

function numbered(fields: Readonly<Record<string, FieldValue>>): VersionWrites {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      String((consent.fields as Readonly<Record<string, { readonly number: number }>>)[name]?.number),
      value,
    ]),
  );
}
