import { REVOKED } from '@santehaggui/protocols/enrolment/revoked.ts';
import { isBlobMessage } from '@santehaggui/protocols/frames/blob-messages.ts';
import { NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import {
  type HubExchangeEffect,
  type HubExchangeInput,
  type HubExchangeState,
  type HubExchangeStep,
  isFeedIdle,
  startHubExchange,
  stepHubExchange,
} from '@santehaggui/protocols/frames/hub-exchange-machine.ts';
import {
  type Changes,
  type HubHello,
  type LineageEntry,
  MalformedMessage,
  type Message,
  type NodeHello,
  type PlainMessage,
  type Received,
} from '@santehaggui/protocols/frames/messages.ts';
import type { Offer } from '@santehaggui/protocols/frames/offer-messages.ts';
import { NO_RANGES } from '@santehaggui/protocols/frames/ranges.ts';
import { refusalCode } from '@santehaggui/protocols/frames/refusal.ts';
import { helloHeader, LiveLane, laneContexts, openHello, sealHello } from '@santehaggui/protocols/frames/seal.ts';
import { decodeIncoming, type IncomingChange } from '@santehaggui/protocols/journal/follow-chain.ts';
import { growingLineage } from '@santehaggui/protocols/journal/standing.ts';
import type { FeedPlace } from '../restoration/restoration-service.ts';
import { type FeedPage, feedBytes } from '../routing/feed-item.ts';
import { BlobSession } from './blob-session.ts';
import { answerDigest } from './digest-service.ts';
import { placeOfLoad, wasPromisedMore } from './feed-place.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { EnrolledNode } from './ingest-service.ts';
import { type LinkedNode, provenFormer } from './linked-node.ts';
import type { SessionServices } from './session-services.ts';

/** WebSocket close codes (RFC 6455 §7.4.1). */
export const CLOSE = { goingAway: 1001, policy: 1008, internal: 1011, tryAgain: 1013 } as const;

type Greeted = {
  readonly node: LinkedNode;
  /** The node's past, which goes on. */
  readonly lineage: readonly LineageEntry[];
  readonly lane: LiveLane;
  readonly blobs: BlobSession;
  /** The model of the codec that both ends know. */
  readonly model: number;
  state: HubExchangeState;
  /** What is done once the node has given back what it received; undefined when nothing is awaited of it. */
  afterOffers: HubExchangeStep | undefined;
};
type SessionEvent =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'opened'; readonly opened: Opened; readonly bytes: number }
  | { readonly kind: 'broken'; readonly error: unknown }
  | { readonly kind: 'feed-grown' };

/** What was in a frame, its changes decoded. */
type Opened =
  | { readonly kind: 'changes'; readonly incoming: readonly IncomingChange[] }
  | { readonly kind: 'other'; readonly message: Exclude<Message, Changes> };

/** What is stored in one transaction at most; frames that wait are stored together. */
const MAX_BATCH = 2000;
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** One connection of one node: HELLO, then changes up and the feed down, until the socket closes. */
export class ExchangeSession {
  readonly #socket: FrameSocket;
  readonly #services: SessionServices;
  readonly #onProven: () => void;
  #events: SessionEvent[] = [];
  #queuedBytes = 0;
  #isWorking = false;
  #isClosed = false;
  #isProven = false;
  #isFilled = false;
  #greeted: Greeted | undefined;
  #read: FeedPage = { items: [], creations: new Map() };

  /** `onProven` is called once, when the node has shown that this HELLO was no recording. */
  constructor(socket: FrameSocket, services: SessionServices, onProven: () => void) {
    this.#socket = socket;
    this.#services = services;
    this.#onProven = onProven;
  }

  /** The node on the other end, once it has said HELLO. */
  node(): EnrolledNode | undefined {
    return this.#greeted?.node;
  }

  /** Takes a frame from the socket. */
  receive(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#queuedBytes += frame.length;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#socket.pause();
    this.#put(this.#eventOf(frame));
  }

  /** Opens a frame as it comes, while the database still works on those before it; frames open in their order alone. */
  #eventOf(frame: Uint8Array): SessionEvent {
    const greeted = this.#greeted;
    if (greeted === undefined || this.#events.some(({ kind }) => kind === 'frame')) return { kind: 'frame', frame };
    try {
      return { kind: 'opened', opened: this.#open(greeted, frame), bytes: frame.length };
    } catch (error) {
      return { kind: 'broken', error };
    }
  }

  /** Tells that the node's feed may have grown. */
  wake(): void {
    if (this.#greeted !== undefined) this.#put({ kind: 'feed-grown' });
  }

  /** Ends the session; frames not yet looked at are dropped, the node will send them again. */
  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events = [];
    this.#socket.close(code, reason);
  }

  /** Tells that the socket is gone. What came whole before it went is still stored: on a dying link that may be all there is. */
  closed(): void {
    this.#isClosed = true;
    this.#events = this.#events.filter(({ kind }) => kind === 'opened');
  }

  #put(event: SessionEvent): void {
    if (this.#isClosed) return;
    this.#events.push(event);
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
        await this.#take(event);
        await this.#lookAtBlobs();
        if (this.#queuedBytes <= MAX_QUEUED_BYTES / 2) this.#socket.resume();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isWorking = false;
    }
  }

  #fail(error: unknown): void {
    const { log, refusals } = this.#services;
    const facility = this.#greeted?.node.facility;
    const code = refusalCode(error);
    if (code !== undefined) {
      refusals.note({ carrier: 'https', source: facility ?? this.#socket.from, code });
      this.close(CLOSE.policy, (error as Error).message.slice(0, 100));
    } else {
      log.error('exchange.failed', { facility, error });
      this.close(CLOSE.tryAgain, 'the hub cannot store this now');
    }
  }

  async #take(event: SessionEvent): Promise<void> {
    switch (event.kind) {
      case 'feed-grown':
        await this.#greeted?.blobs.woken();
        return this.#step({ kind: 'feed-grown' });
      case 'broken':
        throw event.error;
      case 'opened':
        this.#queuedBytes -= event.bytes;
        return this.#takeOpened(this.#greeted as Greeted, event.opened);
      case 'frame':
        this.#queuedBytes -= event.frame.length;
        if (this.#greeted === undefined) return this.#greet(event.frame);
        return this.#takeOpened(this.#greeted, this.#open(this.#greeted, event.frame));
    }
  }

  #takeOpened(greeted: Greeted, opened: Opened): Promise<void> {
    return opened.kind === 'changes'
      ? this.#store(greeted, opened.incoming)
      : this.#takeMessage(greeted, opened.message);
  }

  /** Content goes when the feed has nothing to go. */
  async #lookAtBlobs(): Promise<void> {
    const greeted = this.#greeted;
    if (greeted === undefined || this.#isClosed) return;
    await greeted.blobs.look(isFeedIdle(greeted.state) && greeted.afterOffers === undefined);
  }

  async #takeMessage(greeted: Greeted, message: Exclude<Message, Changes>): Promise<void> {
    if (message.kind === 'ack') await this.#step({ kind: 'feed-acknowledged', upTo: message.upTo });
    else if (message.kind === 'digest') this.#send(await this.#answer(greeted, message));
    else if (message.kind === 'repair') this.#send(await this.#services.repairs.mend(greeted.node, message));
    else if (message.kind === 'sign') this.#send(await this.#services.witness.take(greeted.node, message));
    else if (message.kind === 'witnessed') await this.#services.witness.witnessed(greeted.node, message);
    else if (message.kind === 'offer') await this.#takeOffer(greeted, message);
    else if (isBlobMessage(message)) await greeted.blobs.take(message);
    else throw new MalformedMessage(`${message.kind} out of turn`);
  }

  #answer({ node, lineage }: Greeted, question: Digest): Promise<Digest> {
    const { database, proofs: keeper } = this.#services;
    return answerDigest(database, { ...node, lineage }, { question, keeper });
  }

  async #takeOffer(greeted: Greeted, offer: Offer): Promise<void> {
    const { afterOffers } = greeted;
    if (afterOffers === undefined) throw new MalformedMessage('an offer that nobody asked for');
    await this.#services.offers.take(greeted.node, offer);
    this.#send({ kind: 'offered', upTo: offer.upTo });
    if (!offer.isLast) return;
    greeted.afterOffers = undefined;
    await this.#perform(afterOffers);
  }

  /** Stores what was sent, together with the changes of frames that wait behind it, and acknowledges it all at once. */
  async #store(greeted: Greeted, first: readonly IncomingChange[]): Promise<void> {
    const incoming = [...first];
    while (incoming.length < MAX_BATCH) {
      const [next] = this.#events;
      if (next?.kind !== 'opened' || next.opened.kind !== 'changes') break;
      this.#events.shift();
      this.#queuedBytes -= next.bytes;
      incoming.push(...next.opened.incoming);
    }
    if (incoming.length === 0) return;
    const { upTo, head, refused, repeats, beyond } = await this.#services.ingest.ingest(
      greeted.node,
      incoming,
      greeted.lineage,
    );
    this.#send({ kind: 'ack', upTo, head, refused, repeats, beyond });
    await this.#step({ kind: 'stored', upTo, beyond });
  }

  #open(greeted: Greeted, frame: Uint8Array): Opened {
    const message = greeted.lane.open(frame);
    if (!this.#isProven) {
      this.#isProven = true;
      this.#onProven();
    }
    return message.kind === 'changes'
      ? { kind: 'changes', incoming: decodeIncoming(greeted.node.node, message.changes) }
      : { kind: 'other', message };
  }

  async #greet(frame: Uint8Array): Promise<void> {
    const { findNode, lineage, hellos, codec, randomBytes, clock, log } = this.#services;
    const header = helloHeader(frame);
    const node = await findNode(header.node);
    if (node === undefined) return this.#turnAway(frame);
    const hello = openHello(frame, node.link.receive);
    if (hello.kind !== 'node-hello') throw new MalformedMessage('a HELLO of a node was expected');
    const { received, loadAfter } = await lineage.greet(node, hello);
    const standing = await this.#services.restoration.greet({
      facility: node.facility,
      generation: hello.feedGeneration,
      feedReceived: hello.feedReceived,
      wasPromisedMore: wasPromisedMore(hello, received),
    });
    await this.#services.proofs.called(node.facility, hello.unacknowledged);
    const place = loadAfter === undefined ? standing : placeOfLoad(standing, { hello, loadAfter });
    const hubNonce = randomBytes(16);
    const answer = hellos.next(node.node);
    const seed = {
      nodeIncarnation: header.incarnation,
      hubIncarnation: answer.incarnation,
      nodeNonce: hello.nonce,
      hubNonce,
    };
    const spoken: HubHello = {
      kind: 'hub-hello',
      nonce: hubNonce,
      received,
      wallMs: clock.now(),
      newestModel: NEWEST_MODEL,
      ...(place.told === undefined ? {} : { feed: place.told }),
    };
    this.#socket.send(sealHello(answer, spoken, node.link.send));
    log.info('exchange.greeted', {
      facility: node.facility,
      node: node.node,
      received: received?.upTo ?? 0,
      feed: place.upTo,
    });
    const { up, down } = laneContexts({ node: node.node, ...seed }, hello, spoken);
    const lane = new LiveLane(node.link, seed, { codec, sending: down, receiving: up });
    const begun = { hello, received: received ?? { upTo: 0, beyond: NO_RANGES }, place, lane };
    await this.#begin(node, { ...begun, lineage: growingLineage(header.incarnation, hello.lineage) });
  }

  /** A former node is told that it is one; anybody else learns nothing. */
  async #turnAway(frame: Uint8Array): Promise<void> {
    const { facility, node } = await provenFormer(this.#services.former, frame);
    this.#services.log.warn('exchange.revoked', { facility, node });
    this.close(CLOSE.policy, REVOKED);
  }

  async #begin(
    node: LinkedNode,
    {
      hello,
      received,
      place,
      lane,
      lineage,
    }: Pick<Greeted, 'lane' | 'lineage'> & {
      readonly hello: NodeHello;
      readonly received: Omit<Received, 'incarnation'>;
      readonly place: FeedPlace;
    },
  ): Promise<void> {
    const backlogUpTo = hello.lineage[0]?.lastSequence ?? 0;
    const { late } = hello;
    const started = startHubExchange({ backlogUpTo, received, late, feedReceived: place.upTo });
    const model = Math.min(NEWEST_MODEL, hello.newestModel);
    const afterOffers = place.told?.wantsOffer === true ? started : undefined;
    const blobs = new BlobSession({
      ...{ ...this.#services, facility: node.facility },
      send: (message) => this.#send(message),
    });
    this.#greeted = { node, lineage, lane, blobs, model, state: started.state, afterOffers };
    if (afterOffers === undefined) await this.#perform(started);
  }

  async #step(input: HubExchangeInput): Promise<void> {
    if (this.#greeted === undefined || this.#greeted.afterOffers !== undefined) return;
    await this.#perform(stepHubExchange(this.#greeted.state, input));
  }

  async #perform({ state, effects }: HubExchangeStep): Promise<void> {
    const greeted = this.#greeted as Greeted;
    greeted.state = state;
    for (const effect of effects) {
      if (!this.#isClosed) await this.#carryOut(greeted, effect);
    }
  }

  async #carryOut({ node, lane, model }: Greeted, effect: HubExchangeEffect): Promise<void> {
    const { feed } = this.#services;
    switch (effect.kind) {
      case 'read-feed': {
        await this.#fill(node, effect.after);
        this.#read = await feed.read(node.facility, effect.after, effect.bytes);
        const entries = this.#read.items.map((item) => ({ position: item.position, bytes: feedBytes(item) }));
        await this.#step({ kind: 'feed-read', entries });
        return;
      }
      case 'send-feed': {
        const { items, creations } = this.#read;
        const changes = items.filter(({ position }) => position >= effect.from && position <= effect.to);
        const prepared = lane.prepare(changes, { model, stampOf: (id) => creations.get(id) });
        if (!this.#isClosed) this.#socket.send(lane.sealChanges(prepared));
        return;
      }
      case 'note-feed':
        await feed.acknowledged(node.facility, effect.upTo);
    }
  }

  /** While the node is being filled: puts more into its feed when little is left there, and tells it how far that is. */
  async #fill({ facility }: LinkedNode, after: number): Promise<void> {
    if (this.#isFilled) return;
    const loading = await this.#services.loads.fill(facility, after);
    this.#isFilled = loading === undefined || loading.records === 0;
    if (loading !== undefined) this.#send(loading);
  }

  #send(message: PlainMessage): void {
    if (!this.#isClosed) this.#socket.send((this.#greeted as Greeted).lane.seal(message));
  }
}
