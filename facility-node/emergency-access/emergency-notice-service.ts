import { gsmText, SEGMENT_CHARACTERS } from '@santehaggui/protocols/consents/short-texts.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import { EmergencyStore, type WaitingNotice } from './emergency-store.ts';
import { reviewers } from './reviewers.ts';

/** What the service is made of. `numbers`: further telephones that are told, E.164. */
export type EmergencyNoticeOptions = {
  readonly store: RecordStore;
  readonly access: RecordAccess;
  readonly facility: OwnFacility;
  readonly clock: Clock;
  readonly log: Log;
  readonly messenger: Messenger | undefined;
  readonly numbers: readonly string[];
};

/** What is told of an access: nobody's name but that of who opened it. */
export type NoticeOf = {
  readonly accessId: string;
  readonly by: string;
  readonly practitionerId: string;
  readonly reason: string;
  readonly reviewByMs: number;
};

/** A message that could not be sent for so long says nothing new to anybody: the page does. */
const GIVEN_UP_AFTER_MS = 24 * 3600_000;
const AT_ONCE = 500;
/** So many that the network does not take, one after another: it takes none now. */
const ENOUGH_FAILURES = 3;

/**
 * Tells those who review, by short message, that somebody opened a record. The messages are written in the transaction of the access,
 * so that a power cut loses none, and sent until the network takes them, for a day.
 */
export class EmergencyNoticeService {
  readonly #options: EmergencyNoticeOptions;
  readonly #notices: EmergencyStore;
  /** How often the network took nothing for a telephone, since the start: whom it knows goes first. */
  readonly #failures = new Map<string, number>();
  #isSending = false;

  constructor(options: EmergencyNoticeOptions) {
    this.#options = options;
    this.#notices = new EmergencyStore(options.store.db);
  }

  /** Writes down whom to tell, in the transaction that is open. */
  prepare(notice: NoticeOf): void {
    const { clock, facility, messenger } = this.#options;
    if (messenger === undefined) return;
    const day = new Date(notice.reviewByMs).toISOString().slice(0, 10).split('-').reverse().join('/');
    const text = gsmText(
      `${facility.name.slice(0, 30)}: ${notice.by.slice(0, 30)} a ouvert un dossier en urgence (${notice.reason}). A examiner avant le ${day}, page /urgences.`,
    ).slice(0, SEGMENT_CHARACTERS);
    for (const phone of this.#phones(notice.practitionerId))
      this.#notices.addNotice({ accessId: notice.accessId, phone, text }, clock.now());
  }

  /** Sends what waits; what the network does not take now goes the next time. */
  async send(): Promise<void> {
    const { clock, log, messenger } = this.#options;
    if (messenger === undefined || this.#isSending) return;
    this.#isSending = true;
    try {
      const waiting = this.#notices.waitingNotices(clock.now() - GIVEN_UP_AFTER_MS, AT_ONCE);
      let failures = 0;
      for (const notice of waiting.toSorted((one, other) => this.#failuresOf(one) - this.#failuresOf(other))) {
        if (failures === ENOUGH_FAILURES) break;
        failures = (await this.#sendOne(messenger, notice)) ? 0 : failures + 1;
      }
    } catch (error) {
      log.warn('emergency-access.notice-not-sent', { error });
    } finally {
      this.#isSending = false;
    }
  }

  #failuresOf({ phone }: WaitingNotice): number {
    return this.#failures.get(phone) ?? 0;
  }

  async #sendOne(messenger: Messenger, notice: WaitingNotice): Promise<boolean> {
    try {
      await messenger.send(notice.phone, { kind: 'text', text: notice.text });
    } catch (error) {
      this.#failures.set(notice.phone, this.#failuresOf(notice) + 1);
      this.#options.log.warn('emergency-access.notice-not-sent', { error });
      return false;
    }
    this.#failures.delete(notice.phone);
    this.#notices.noticeSent(notice, this.#options.clock.now());
    return true;
  }

  /** The telephones of all who may review, except of who opened it. */
  #phones(opener: string): ReadonlySet<string> {
    const { access, store, numbers } = this.#options;
    const accounts = reviewers(access).flatMap((role) => access.permissions.accountsOf(role));
    const own = accounts.flatMap(({ practitionerId }) => {
      const record = practitionerId === opener ? undefined : store.record(practitionerId);
      const phone = record?.type.name === practitioner.name ? record.fields.phone : undefined;
      return typeof phone === 'string' ? (parseMaliPhone(phone) ?? []) : [];
    });
    return new Set([...own, ...numbers]);
  }
}
