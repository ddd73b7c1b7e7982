import {
  type ConsentVerdict,
  HOME_COUNTRY,
  judgeDisclosure,
  type Recipient,
} from '@santehaggui/protocols/consents/consent-decision.ts';
import { CONSENT_CLASSES } from '@santehaggui/protocols/records/consent.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditedCaller, AuditTrail } from '../people/audit-trail.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { ConsentStore } from './consent-store.ts';
import type { WayOut } from './ways-out.ts';

/** Who would receive data and for what; `country` is where that is, by default Mali. */
export type Destination = {
  readonly recipient: Recipient;
  readonly purpose: string;
  readonly country?: string | undefined;
};

/** What the gate is made of. */
export type ConsentGateOptions = { readonly store: RecordStore; readonly audit: AuditTrail; readonly clock: Clock };

/**
 * What is asked before anything of a patient leaves the facility. It answers by all of the patient's consents, and notes each answer
 * as IHE BALP names it: `PrivacyDisclosure` for what leaves, `AuthZconsent` for what does not.
 */
export class ConsentGate {
  readonly #options: ConsentGateOptions;
  readonly #consents: ConsentStore;

  constructor(options: ConsentGateOptions) {
    this.#options = options;
    this.#consents = new ConsentStore(options.store.db);
  }

  /** What of a patient may go there, of the classes asked for; noted in the audit trail. */
  ask(
    caller: AuditedCaller,
    request: Destination & { readonly patientId: string; readonly via: WayOut; readonly classes?: readonly string[] },
  ): ConsentVerdict {
    const { patientId, classes = CONSENT_CLASSES } = request;
    const verdict = this.judge(patientId, request, classes);
    this.note(caller, { ...request, verdict });
    return verdict;
  }

  /** As {@link ask} without a note: for what looks at many records first, and notes once for each patient. */
  judge(patientId: string, to: Destination, classes: readonly string[] = CONSENT_CLASSES): ConsentVerdict {
    const { store, clock } = this.#options;
    const consents = this.#consents.ofPatient(patientId).flatMap((id) => store.record(id) ?? []);
    return judgeDisclosure(consents, {
      classes,
      purpose: to.purpose,
      recipient: to.recipient,
      country: to.country ?? HOME_COUNTRY,
      atMs: clock.now(),
      birthDate: this.#consents.birthDate(patientId),
    });
  }

  /** Notes what left, and what did not. */
  note(
    caller: AuditedCaller,
    noted: Destination & { readonly patientId: string; readonly via: WayOut; readonly verdict: ConsentVerdict },
  ): void {
    const { patientId, via, verdict, purpose, recipient, country = HOME_COUNTRY } = noted;
    const to = recipient.kind === 'facility' ? { facility: recipient.id } : { organisation: recipient.name };
    const common = { action: 'export', recordType: 'patient', recordId: patientId, patientId, purpose } as const;
    const detail = { via, to, country, consents: verdict.consents };
    const refused = [...verdict.because].filter(([name]) => !verdict.allowed.has(name));
    if (verdict.allowed.size > 0) {
      const event = { event: 'PrivacyDisclosure', classes: [...verdict.allowed] };
      this.#options.audit.append(caller, { ...common, detail: { ...detail, ...event } });
    }
    if (refused.length > 0) {
      const event = { event: 'AuthZconsent', refused: Object.fromEntries(refused) };
      this.#options.audit.append(caller, { ...common, decision: 'deny', detail: { ...detail, ...event } });
    }
  }
}

/**
 * Which records one destination may have: those of no person, and of a patient those of the classes that consents allow, with the
 * patient's own record as soon as any is. Consents, referrals and what else speaks of a person stay.
 */
export class ConsentFilter {
  readonly #gate: ConsentGate;
  readonly #to: Destination;
  readonly #verdicts = new Map<string, ConsentVerdict>();

  constructor(gate: ConsentGate, to: Destination) {
    this.#gate = gate;
    this.#to = to;
  }

  /** Whether a record may go. */
  admits({ id, type, fields }: StoredRecord): boolean {
    if (type.name === 'patient') return this.#verdictOf(id).allowed.size > 0;
    if (IMPERSONAL.has(type.name)) return true;
    return typeof fields.patient === 'string' && this.#verdictOf(fields.patient).allowed.has(type.fhirType);
  }

  /** Notes, for each patient that was looked at, what left and what did not. */
  note(caller: AuditedCaller, via: WayOut): void {
    for (const [patientId, verdict] of this.#verdicts)
      this.#gate.note(caller, { ...this.#to, patientId, via, verdict });
  }

  #verdictOf(patientId: string): ConsentVerdict {
    const known = this.#verdicts.get(patientId);
    if (known !== undefined) return known;
    const verdict = this.#gate.judge(patientId, this.#to);
    this.#verdicts.set(patientId, verdict);
    return verdict;
  }
}

/** Types of which no record speaks of a patient. */
const IMPERSONAL: ReadonlySet<string> = new Set(['practitioner', 'facility', 'aggregateReport', 'alert']);
