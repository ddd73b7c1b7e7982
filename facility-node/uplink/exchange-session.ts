import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { LinkKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { BlobMessage } from '@santehaggui/protocols/frames/blob-messages.ts';
import { type ChangesCodec, NEWEST_MODEL, PLAIN } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Digest, DigestAsk } from '@santehaggui/protocols/frames/digest-messages.ts';
import {
  type ExchangeEffect,
  type ExchangeInput,
  type ExchangeState,
  stepExchange,
} from '@santehaggui/protocols/frames/exchange-machine.ts';
import {
  type Ack,
  type Changes,
  type HubHello,
  MAX_RANGES,
  type Message,
  type NodeHello,
  type PlainMessage,
} from '@santehaggui/protocols/frames/messages.ts';
import type { Offered } from '@santehaggui/protocols/frames/offer-messages.ts';
import { NO_RANGES } from '@santehaggui/protocols/frames/ranges.ts';
import { type RefusalCode, refusalCode } from '@santehaggui/protocols/frames/refusal.ts';
import type { Loading, Repair, Repaired } from '@santehaggui/protocols/frames/repair-messages.ts';
import { LiveLane, laneContexts, openHello, sealHello } from '@santehaggui/protocols/frames/seal.ts';
import type { Sign, Signed, Witnessed } from '@santehaggui/protocols/frames/sign-messages.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { FeedReport, JournalStore } from '../store/journal-store.ts';
import type { Timekeeper } from '../store/timekeeper.ts';
import type { BlobExchange } from './blob-exchange.ts';
import type { Connection } from './carriers/carrier.ts';
import { prepareChanges } from './changes-frame.ts';
import { Mailbox } from './mailbox.ts';
import type { Offering } from './offering.ts';
import { Questions } from './questions.ts';
import { SentFrames } from './sent-frames.ts';

/** What happened to a connection, in order. */
export type SessionEvent =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'grown' }
  | { readonly kind: 'closed'; readonly reason: string };

/** What a session is made of. `helloCounter` is used once under `incarnation`; `onProgress` is called after every event. */
export type SessionParts = {
  readonly node: number;
  readonly incarnation: string;
  readonly helloCounter: number;
  readonly link: LinkKeys;
  readonly nonce: Uint8Array;
  readonly journal: JournalStore;
  readonly offering: Offering;
  readonly blobs: BlobExchange;
  readonly timekeeper: Timekeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxFrameBytes: number;
  readonly codec: ChangesCodec;
  readonly onProgress: () => void;
  /** Called with what a frame was refused for. */
  readonly onRefused: (code: RefusalCode) => void;
  /** Called when the hub tells how far the loading of this node is. */
  readonly onLoading: (loading: Loading) => void;
};

type SendChanges = Extract<ExchangeEffect, { kind: 'send-changes' }>;

/** The feed is applied in transactions of so many changes, so that nobody at the LAN waits for long. */
const FEED_BATCH = 50;
const LINEAGE_LENGTH = 32;

/** One connection: carries out what the exchange machine (protocols/frames/exchange-machine.ts) decides. */
export class ExchangeSession {
  readonly #parts: SessionParts;
  readonly #mailbox = new Mailbox<SessionEvent>();
  readonly #questions = new Questions();
  #state: ExchangeState;
  #connection: Connection | undefined;
  #lane: LiveLane | undefined;
  #hello: NodeHello | undefined;
  /** The model of the codec that both ends know. */
  #model = PLAIN;
  readonly #sent = new SentFrames();
  #hubWallMs: number | undefined;
  #isStopping = false;
  #hasChainProblem = false;
  /** The hub's HELLO, while it is first given what it lost. */
  #waitingHello: HubHello | undefined;

  /** `state` is the machine's at the end of the connection before. */
  constructor(parts: SessionParts, state: ExchangeState) {
    this.#parts = parts;
    this.#state = state;
  }

  /** For the carrier's listener and for whoever wrote to the journal. */
  put(event: SessionEvent): void {
    this.#mailbox.put(event);
  }

  /** Speaks over the connection until it is closed; gives the reason and the machine's state then. */
  async run(connection: Connection): Promise<{ readonly state: ExchangeState; readonly reason: string }> {
    this.#connection = connection;
    await this.#grown();
    await this.#step({ kind: 'connected' });
    for (;;) {
      const event = await this.#mailbox.take();
      if (event.kind === 'closed') {
        await this.#step({ kind: 'closed' });
        await this.#parts.blobs.closed();
        this.#questions.end(event.reason);
        this.#parts.onProgress();
        return { state: this.#state, reason: event.reason };
      }
      try {
        if (event.kind === 'grown') await this.#grown();
        else if (!this.#isStopping) await this.#receive(event.frame);
        await this.#parts.blobs.look(this.#state, this.#sendBlob);
      } catch (error) {
        this.#parts.log.warn('uplink.frame-refused', { error });
        const code = refusalCode(error);
        if (code !== undefined) this.#parts.onRefused(code);
        this.#close((error as Error).message);
      }
      this.#parts.onProgress();
    }
  }

  /** The machine's state now. */
  state(): ExchangeState {
    return this.#state;
  }

  /** Whether a chain head of the hub was not ours: a disk that was cloned, or an attack. */
  hasChainProblem(): boolean {
    return this.#hasChainProblem;
  }

  /** Whether the hub ever greeted on this connection. */
  wasLive(): boolean {
    return this.#lane !== undefined;
  }

  /** Asks the hub for digests; rejects when the connection ends before the answer. */
  ask(ask: DigestAsk): Promise<Digest> {
    // Where this node is matters only to whoever compares: what asks for a place alone stays short.
    const at =
      ask.level === 'place'
        ? { sequence: 0, feed: 0 }
        : { sequence: this.#parts.journal.lastSequence(), feed: this.#state.feedReceived };
    return this.#questions.ask({ kind: 'digest', ask, at, entries: null }, this.#sendLive);
  }

  /** Asks the hub to mend, and for what mends this side; rejects as {@link ask} does. */
  repair(repair: Omit<Repair, 'kind'>): Promise<Repaired> {
    return this.#questions.ask({ kind: 'repair', ...repair }, this.#sendLive);
  }

  /** Shows the hub the audit trail; rejects as {@link ask} does. */
  sign(sign: Sign): Promise<Signed> {
    return this.#questions.ask(sign, this.#sendLive);
  }

  /** Tells the hub this node's word for its trail, which is not answered. */
  readonly witnessed = (word: Witnessed): void => this.#sendLive(word);

  readonly #sendLive = (message: PlainMessage): void => {
    if (this.#state.phase !== 'live' || this.#isStopping) throw new Error('not connected');
    this.#send(message);
  };

  async #step(input: ExchangeInput): Promise<void> {
    const { state, effects } = stepExchange(this.#state, input);
    this.#state = state;
    for (const effect of effects) await this.#perform(effect);
  }

  async #perform(effect: ExchangeEffect): Promise<void> {
    switch (effect.kind) {
      case 'send-hello':
        this.#sendHello();
        return;
      case 'send-changes':
        await this.#sendChanges(effect);
        return;
      case 'persist-ack':
        this.#persistAck(effect.ack);
        return;
      case 'apply-feed':
        await this.#applyFeed(effect.changes);
        return;
      case 'send-ack':
        this.#send({
          kind: 'ack',
          upTo: effect.upTo,
          head: new Uint8Array(),
          refused: [],
          repeats: effect.repeats,
          beyond: NO_RANGES,
        });
        return;
      case 'close':
        this.#close(effect.reason);
    }
  }

  #sendHello(): void {
    const { node, incarnation, helloCounter, link, nonce, journal, timekeeper, clock } = this.#parts;
    const { feedGeneration, feedReceived: stored } = journal.syncState();
    // Lower than the machine's when a connection died before a restored hub was given back what it lost.
    const feedReceived = Math.min(this.#state.feedReceived, stored);
    this.#state = { ...this.#state, feedReceived, feedApplying: feedReceived };
    const hello: NodeHello = {
      kind: 'node-hello',
      nonce,
      lineage: journal.lineage(LINEAGE_LENGTH),
      feedReceived,
      unacknowledged: Math.max(0, journal.lastSequence() - this.#state.acknowledged),
      ...(feedGeneration === undefined ? {} : { feedGeneration }),
      wallMs: Math.max(0, clock.now()),
      isClockTrusted: timekeeper.isTrusted(),
      newestModel: NEWEST_MODEL,
      late: this.#state.lanes.late.slice(0, MAX_RANGES),
    };
    this.#hello = hello;
    this.#connection?.send(sealHello({ node, incarnation, counter: helloCounter }, hello, link.send));
  }

  /** Tells the machine how far the journal is, and what of it is urgent or can wait. */
  async #grown(): Promise<void> {
    const { journal } = this.#parts;
    await this.#step({ kind: 'grown', head: journal.lastSequence(), lanes: journal.lanes() });
  }

  async #sendChanges(run: SendChanges): Promise<void> {
    const { journal, clock } = this.#parts;
    const { after } = run;
    const lane = this.#lane;
    const limits = { ...run, maxBytes: Math.min(run.maxBytes, this.#parts.maxFrameBytes) };
    const prepared = lane === undefined ? undefined : prepareChanges({ journal, lane, model: this.#model }, limits);
    const upTo = prepared?.upTo ?? after;
    let bytes = 0;
    if (prepared !== undefined && lane !== undefined) {
      const frame = lane.sealChanges(prepared.encoded);
      bytes = frame.length;
      this.#connection?.send(frame);
    }
    this.#sent.add({ from: after + 1, upTo, ms: clock.monotonic() });
    // Coding a frame takes a while: whoever waits at the LAN comes first.
    if (upTo < journal.lastSequence()) await new Promise((resolve) => setImmediate(resolve));
    await this.#step({ kind: 'sent', from: after + 1, upTo, bytes });
  }

  #persistAck(ack: Ack): void {
    const { journal, log } = this.#parts;
    journal.acknowledge({ upTo: this.#state.acknowledged, beyond: this.#state.beyond }, ack.refused);
    for (const { position, code } of ack.refused) log.warn('uplink.change-refused', { sequence: position, code });
    const own = ack.head.length === 0 ? undefined : journal.headAt(ack.upTo);
    if (own !== undefined && toHex(own.subarray(0, ack.head.length)) !== toHex(ack.head)) {
      this.#hasChainProblem = true;
      log.error('uplink.chain-differs', { sequence: ack.upTo });
    }
  }

  async #applyFeed({ changes }: Changes): Promise<void> {
    const { journal } = this.#parts;
    let report: FeedReport = { upTo: this.#state.feedReceived, repeats: 0, quarantined: 0 };
    for (let from = 0; from < changes.length; from += FEED_BATCH) {
      if (from > 0) await new Promise((resolve) => setImmediate(resolve));
      const { upTo, repeats, quarantined } = journal.applyFeed(changes.slice(from, from + FEED_BATCH));
      report = { upTo, repeats: report.repeats + repeats, quarantined: report.quarantined + quarantined };
    }
    await this.#step({ kind: 'feed-applied', upTo: report.upTo, repeats: report.repeats });
  }

  async #receive(frame: Uint8Array): Promise<void> {
    const message = this.#lane === undefined ? this.#openHello(frame) : this.#lane.open(frame);
    if (message.kind !== 'hub-hello' && this.#hubWallMs !== undefined) {
      // A HELLO can be a recording; a frame under this connection's keys cannot.
      this.#parts.timekeeper.provenBy(this.#hubWallMs);
      this.#hubWallMs = undefined;
    }
    switch (message.kind) {
      case 'hub-hello':
        await this.#spokenTo(message);
        return;
      case 'offered':
        await this.#offered(message);
        return;
      case 'ack':
        await this.#step({
          kind: 'ack',
          ack: message,
          elapsedMs: this.#sent.elapsedOf(message, this.#parts.clock.monotonic()),
        });
        return;
      case 'changes':
        await this.#step({ kind: 'changes', changes: message });
        return;
      case 'digest':
      case 'repaired':
      case 'signed':
        this.#questions.answered(message);
        return;
      case 'loading':
        this.#parts.onLoading(message);
        return;
      case 'blob-piece':
      case 'blob-have':
      case 'blob-ask':
      case 'blob-absent':
      case 'blob-ready':
        await this.#parts.blobs.take(message);
        return;
      case 'node-hello':
      case 'offer':
      case 'repair':
      case 'sign':
      case 'witnessed':
        this.#close('the hub spoke as a node');
    }
  }

  /** A hub that was restored is first given what it lost: it may be asked to change what it does not know. */
  async #spokenTo(hello: HubHello): Promise<void> {
    const offer = this.#parts.offering.begin(hello.feed);
    if (offer !== undefined) this.#believeLess(hello);
    this.#hubWallMs = hello.wallMs;
    if (offer === undefined) {
      await this.#greeted(hello);
    } else {
      this.#parts.log.warn('uplink.hub-restored', { feed: hello.feed?.upTo ?? 0 });
      this.#waitingHello = hello;
      this.#send(offer);
    }
  }

  /** Forgets what the hub promised before it was restored, lest it be told of it for ever. */
  #believeLess({ received }: HubHello): void {
    const acknowledged = Math.min(this.#state.acknowledged, received?.upTo ?? 0);
    this.#state = { ...this.#state, acknowledged, beyond: NO_RANGES };
    this.#parts.journal.acknowledge({ upTo: acknowledged, beyond: NO_RANGES });
    this.#parts.blobs.hubRestored();
  }

  async #offered(answer: Offered): Promise<void> {
    const next = this.#parts.offering.answered(answer);
    const hello = this.#waitingHello;
    if (next !== undefined) this.#send(next);
    else if (hello !== undefined) await this.#greeted(hello);
  }

  async #greeted(hello: HubHello): Promise<void> {
    const { journal } = this.#parts;
    await this.#step({ kind: 'hub-hello', hello, lineage: journal.lineage(LINEAGE_LENGTH) });
    const { phase, acknowledged, beyond } = this.#state;
    // A hub restored from a backup says less than before: it is believed, and gets the rest again.
    if (phase === 'live' && acknowledged !== journal.syncState().acknowledgedSequence)
      journal.acknowledge({ upTo: acknowledged, beyond });
  }

  #openHello(frame: Uint8Array): Message {
    const { link, incarnation, nonce } = this.#parts;
    const hello = openHello(frame, link.receive);
    if (hello.kind === 'hub-hello') {
      const { node, codec } = this.#parts;
      const hubIncarnation = toHex(frame.subarray(4, 10));
      const seed = { nodeIncarnation: incarnation, hubIncarnation, nodeNonce: nonce, hubNonce: hello.nonce };
      const { up, down } = laneContexts({ node, ...seed }, this.#hello as NodeHello, hello);
      this.#lane = new LiveLane(link, seed, { codec, sending: up, receiving: down });
      this.#model = Math.min(NEWEST_MODEL, hello.newestModel);
    }
    return hello;
  }

  readonly #sendBlob = (message: BlobMessage): void => {
    if (this.#state.phase === 'live' && !this.#isStopping) this.#send(message);
  };

  #send(message: PlainMessage): void {
    if (this.#lane !== undefined) this.#connection?.send(this.#lane.seal(message));
  }

  #close(reason: string): void {
    this.#isStopping = true;
    this.#connection?.close(reason);
  }
}
