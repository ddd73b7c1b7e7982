import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { ChangesCodec } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Ack, CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import {
  coversRange,
  intersectRanges,
  type Ranges,
  rangesOf,
  uniteRanges,
} from '@santehaggui/protocols/frames/ranges.ts';
import { refusalCode } from '@santehaggui/protocols/frames/refusal.ts';
import {
  openShort,
  SHORT_BODY_BYTES,
  SHORT_MESSAGE_BYTES,
  sealShortChanges,
  shortBody,
} from '@santehaggui/protocols/frames/short-frames.ts';
import { PieceCollector, payloadOf, piecesOf, textOf, textRoom } from '@santehaggui/protocols/frames/short-pieces.ts';
import { aborted, type Service, type ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import { EXCHANGE_PORT, type Messenger, type ReceivedMessage } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { JournalStore } from '../../../store/journal-store.ts';
import type { IdentityKeeper } from '../../../store/node-identity.ts';

/** The carrier's slice of the configuration. */
export type SmsConfig = {
  /** The hub's number, in international form. */
  readonly hubNumber: string;
  /** How long an urgent change waits for a connection before it goes by short message. */
  readonly afterSeconds: number;
  /** Whether the network carries 8-bit messages; else the same bytes go as texts. */
  readonly carriesData: boolean;
};

/** What the carrier is made of. `onReceipt` is called when the hub has said that something is safe. */
export type SmsParts = {
  readonly config: SmsConfig;
  readonly messenger: Messenger;
  readonly identity: IdentityKeeper;
  /** Of this start: with it no counter is used twice. */
  readonly incarnation: string;
  readonly journal: JournalStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusedFrames;
  readonly onReceipt: () => void;
};

const LOOK_MS = 30_000;
const MINUTE_MS = 60_000;
/** How long after each sending the next one follows, as long as nothing says that it is safe; then once a day. */
const AGAIN_MS: readonly number[] = [10, 30, 120, 360, 1440].map((minutes) => minutes * MINUTE_MS);
const MAX_COUNTER = 0xffff;

/**
 * Carries what is urgent in short messages when no connection has carried it for a while: each frame alone, in any order, and again
 * until the hub says that it is safe (docs/protocol.md, 4.21). Everything else waits for another carrier.
 */
export class SmsService implements Service {
  readonly name = 'sms';
  readonly #parts: SmsParts;
  readonly #codec = new ChangesCodec();
  readonly #collector = new PieceCollector();
  /** By the last sequence of a frame: when it was sent, and how often. */
  readonly #sent = new Map<number, { readonly at: number; readonly times: number }>();
  #told: Ranges = [];
  #counter = 0;

  constructor(parts: SmsParts) {
    this.#parts = parts;
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    const { messenger, clock, log } = this.#parts;
    const stopListening = messenger.onReceived((message) => this.#received(message));
    ready();
    const stopped = aborted(signal);
    while (!signal.aborted) {
      await this.sendDue().catch((error: unknown) => log.warn('sms.not-sent', { error }));
      await Promise.race([stopped, clock.sleep(LOOK_MS, signal).catch(() => undefined)]);
    }
    stopListening();
  }

  /** Sends what is due now; gives how many short messages that took. Rejects when the network takes none. */
  async sendDue(): Promise<number> {
    const { config, messenger, identity, journal, incarnation, log } = this.#parts;
    const { hub } = identity.current();
    if (hub === null) return 0;
    let messages = 0;
    for (const changes of this.#frames(journal.urgentWaiting(config.afterSeconds * 1000))) {
      const last = (changes.at(-1) as CarriedChange).position;
      if (!this.#isDue(last) || this.#counter > MAX_COUNTER) continue;
      const counter = this.#counter++;
      const header = { node: identity.current().node, incarnation, counter };
      const frame = sealShortChanges(header, this.#body(changes), identity.linkKeys(hub).send);
      for (const payload of piecesOf(frame, counter, config.carriesData ? SHORT_MESSAGE_BYTES : textRoom())) {
        await messenger.send(
          config.hubNumber,
          config.carriesData
            ? { kind: 'data', port: EXCHANGE_PORT, bytes: payload }
            : { kind: 'text', text: textOf(payload) },
        );
        messages++;
      }
      this.#told = uniteRanges(this.#told, rangesOf(changes.map(({ position }) => position)));
      this.#sent.set(last, { at: this.#parts.clock.now(), times: (this.#sent.get(last)?.times ?? 0) + 1 });
      log.info('sms.sent', { changes: changes.length, bytes: frame.length });
    }
    return messages;
  }

  /** As many changes a frame as one message holds, at least one. */
  #frames(waiting: readonly CarriedChange[]): readonly (readonly CarriedChange[])[] {
    const frames: CarriedChange[][] = [];
    for (const change of waiting) {
      const last = frames.at(-1);
      if (last !== undefined && this.#body([...last, change]).body.length <= SHORT_BODY_BYTES) last.push(change);
      else frames.push([change]);
    }
    return frames;
  }

  #body(changes: readonly CarriedChange[]) {
    const { identity, incarnation, journal } = this.#parts;
    const { node } = identity.current();
    return shortBody(changes, { node, incarnation }, { codec: this.#codec, stampOf: (id) => journal.creationOf(id) });
  }

  #isDue(last: number): boolean {
    const sent = this.#sent.get(last);
    if (sent === undefined) return true;
    const wait = AGAIN_MS[Math.min(sent.times, AGAIN_MS.length) - 1] as number;
    return this.#parts.clock.now() - sent.at >= wait;
  }

  #received({ from, payload }: ReceivedMessage): void {
    const { identity, clock, refusals } = this.#parts;
    const { hub } = identity.current();
    const bytes = payload.kind === 'text' ? payloadOf(payload.text) : payload.bytes;
    if (hub === null || bytes === undefined || (payload.kind === 'data' && payload.port !== EXCHANGE_PORT)) return;
    const frame = this.#collector.take(from, bytes, clock.now());
    if (frame === undefined) return;
    try {
      const opened = openShort(frame, { linkKey: identity.linkKeys(hub).receive, codec: this.#codec });
      if (opened.kind === 'ack') this.#acknowledged(opened.ack);
    } catch (error) {
      const code = refusalCode(error);
      if (code === undefined) throw error;
      refusals.note({ carrier: 'sms', source: from, code });
    }
  }

  /** Believes what the hub says of what this start sent it, and nothing else: an acknowledgement may be old. */
  #acknowledged(ack: Ack): void {
    const { journal, log, onReceipt } = this.#parts;
    const { acknowledgedSequence, acknowledgedBeyond } = journal.syncState();
    const own = ack.head.length === 0 ? undefined : journal.headAt(ack.upTo);
    const isChain = own !== undefined && toHex(own.subarray(0, ack.head.length)) === toHex(ack.head);
    const upTo = isChain ? Math.max(acknowledgedSequence, ack.upTo) : acknowledgedSequence;
    const safe = intersectRanges(ack.beyond, this.#told);
    const beyond = uniteRanges(acknowledgedBeyond, safe).filter(({ to }) => to > upTo);
    journal.acknowledge({ upTo, beyond }, ack.refused);
    for (const last of this.#sent.keys())
      if (last <= upTo || coversRange(beyond, { from: last, to: last })) this.#sent.delete(last);
    log.info('sms.acknowledged', { upTo, beyond: beyond.length });
    onReceipt();
  }
}
