import type { ConsentLine } from '@santehaggui/protocols/api/consent-api.ts';
import { classWords, dayWords } from '@santehaggui/protocols/consents/consent-text.ts';
import { consentTexts } from '@santehaggui/protocols/consents/short-texts.ts';
import { CONSENT_CLASSES } from '@santehaggui/protocols/records/consent.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { aborted, type Service, type ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Messenger, ReceivedMessage } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { survivorOf } from '../patients/patient-survivor.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import type { ConsentHistoryService } from './consent-history-service.ts';
import { ConsentStore } from './consent-store.ts';

const DAY_MS = 24 * 3600_000;
/** Of a number that is in a record; a stranger gets one answer a day. */
const MAX_ANSWERS_A_DAY = 5;
const MAX_FAMILY = 20;
/** `PARTAGE` or `HISTORIQUE`, and the number of the carnet where several persons have one phone. */
const QUESTION = /^\s*(partages?|historiques?)(?:\s+([\w-]{4,30}))?\s*[.!?]?\s*$/i;
const ALL = classWords(CONSENT_CLASSES);

/** What the service is made of. */
export type ConsentSmsParts = {
  readonly store: RecordStore;
  readonly history: ConsentHistoryService;
  readonly audit: AuditTrail;
  readonly messenger: Messenger;
  readonly facility: OwnFacility;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Answers `PARTAGE`, who may see the record of the patient whose phone asks, and `HISTORIQUE`, all that was accepted, refused and taken back,
 * each in one short message. Only the number of a record is
 * answered about it; where several persons have it, the number of the carnet says which. Any other text is left to others.
 */
export class ConsentSmsService implements Service {
  readonly name = 'consent-sms';
  readonly #parts: ConsentSmsParts;
  readonly #consents: ConsentStore;

  constructor(parts: ConsentSmsParts) {
    this.#parts = parts;
    this.#consents = new ConsentStore(parts.store.db);
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    const { messenger, log } = this.#parts;
    const stop = messenger.onReceived((message) => {
      this.answer(message).catch((error: unknown) => log.warn('consent-sms.not-sent', { error }));
    });
    ready();
    await aborted(signal);
    stop();
  }

  /** Answers one message if it asks; rejects when the network takes no answer. */
  async answer({ from, payload }: ReceivedMessage): Promise<void> {
    const [asked, word = '', number] = (payload.kind === 'text' ? QUESTION.exec(payload.text) : null) ?? [];
    if (asked === undefined) return;
    const phone = parseMaliPhone(from);
    if (phone === undefined) return;
    const family = this.#family(phone);
    if (!this.#mayAnswer(phone, family.length > 0)) return;
    const isOfPast = word.toLowerCase().startsWith('h');
    const text = this.#text(family, { number, isOfPast });
    await this.#parts.messenger.send(phone, { kind: 'text', text });
  }

  /** The persons whose number this is: that of the record that goes on, or of one it replaced where it has none. */
  #family(phone: string): readonly StoredRecord[] {
    const { store } = this.#parts;
    const survivors = this.#consents.withPhone(phone, MAX_FAMILY).flatMap((id) => survivorOf(store, id) ?? []);
    const persons = [...new Map(survivors.map((person) => [person.id, person])).values()];
    return persons.filter(({ fields }) => typeof fields.phone !== 'string' || fields.phone === phone);
  }

  /** Whether a carnet of this person has that number: also one of a registration that was replaced. */
  #hasNumber({ id }: StoredRecord, number: string): boolean {
    return this.#consents.person(id).some((each) => isNumber(this.#parts.store.record(each)?.fields.number, number));
  }

  #text(
    family: readonly StoredRecord[],
    { number, isOfPast }: { readonly number: string | undefined; readonly isOfPast: boolean },
  ): string {
    const { facility, history, audit } = this.#parts;
    if (family.length === 0) return consentTexts.unknown(facility.name);
    const asked = family.filter((person) => number === undefined || this.#hasNumber(person, number));
    const [person] = asked;
    if (person === undefined || asked.length > 1)
      return consentTexts.whichPerson(facility.name, isOfPast ? 'HISTORIQUE' : 'PARTAGE');
    audit.append(
      { kind: 'daemon' },
      {
        action: 'read',
        recordType: 'consent',
        patientId: person.id,
        purpose: 'PATRQT',
        detail: { via: 'patient-sms', event: 'PrivacyDisclosure', to: 'patient' },
      },
    );
    if (isOfPast) return consentTexts.past(facility.name, history.said(person.id).map(pastOf));
    return consentTexts.sharing(facility.name, history.inForce(person.id).map(lineOf));
  }

  #mayAnswer(phone: string, isKnown: boolean): boolean {
    const nowMs = this.#parts.clock.now();
    const known = this.#consents.question(phone);
    const isToday = known !== undefined && known.since > nowMs - DAY_MS;
    const answers = isToday ? known.answers : 0;
    if (answers >= (isKnown ? MAX_ANSWERS_A_DAY : 1)) return false;
    this.#consents.forgetQuestionsBefore(nowMs - DAY_MS);
    this.#consents.putQuestion(phone, isToday ? known.since : nowMs, answers + 1);
    return true;
  }
}

function isNumber(number: unknown, asked: string): boolean {
  const plain = (text: unknown): string =>
    String(text ?? '')
      .replaceAll(/[^\dA-Za-z]/g, '')
      .toUpperCase();
  return plain(number) !== '' && plain(number) === plain(asked);
}

function lineOf({ recipient, classes, until }: ConsentLine) {
  return { who: recipient, what: classes === ALL ? 'tout' : classes, until };
}

const ENDED = { active: undefined, ended: 'fini', 'of-age': 'fini à 18 ans' } as const;

function pastOf({ decision, recipient, givenAt, from, state, withdrawnAt }: ConsentLine) {
  const end =
    state === 'withdrawn'
      ? ['retiré', ...(withdrawnAt === undefined ? [] : [dayWords(withdrawnAt.slice(0, 10))])].join(' ')
      : ENDED[state];
  const on = givenAt === undefined ? (from ?? '') : dayWords(givenAt.slice(0, 10));
  return { on, said: decision === 'deny' ? 'refus' : 'accord', who: recipient, end };
}
