import { gsmText, SEGMENT_CHARACTERS } from '@santehaggui/protocols/consents/short-texts.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import { EmergencyStore } from './emergency-store.ts';
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
const AT_ONCE = 20;

/**
 * Tells those who review, by short message, that somebody opened a record. The messages are written in the transaction of the access,
 * so that a power cut loses none, and sent until the network takes them.
 */
export class EmergencyNoticeService {
  readonly #options: EmergencyNoticeOptions;
  readonly #notices: EmergencyStore;
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
      for (const notice of this.#notices.waitingNotices(clock.now() - GIVEN_UP_AFTER_MS, AT_ONCE)) {
        await messenger.send(notice.phone, { kind: 'text', text: notice.text });
        this.#notices.noticeSent(notice, clock.now());
      }
    } catch (error) {
      log.warn('emergency-access.notice-not-sent', { error });
    } finally {
      this.#isSending = false;
    }
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
