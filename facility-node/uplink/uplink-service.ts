import type { SyncStatus, SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { ChangesCodec } from '@santehaggui/protocols/frames/codec/codec.ts';
import { type ExchangeState, isPushed } from '@santehaggui/protocols/frames/exchange-machine.ts';
import type { Loading } from '@santehaggui/protocols/frames/repair-messages.ts';
import type { Service, ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { backoff } from '@santehaggui/runtime/time/backoff.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { WitnessService } from '../audit/witness-service.ts';
import type { AttachmentStore } from '../store/attachment-store.ts';
import type { DigestStore } from '../store/digest-store.ts';
import type { JournalStore, SyncState } from '../store/journal-store.ts';
import type { HubLink, IdentityKeeper } from '../store/node-identity.ts';
import { OfferStore } from '../store/offer-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import { ReplicaStateStore } from '../store/replica-state-store.ts';
import type { Timekeeper } from '../store/timekeeper.ts';
import { BlobExchange } from './blob-exchange.ts';
import type { Carrier, Connection } from './carriers/carrier.ts';
import { ExchangeSession, type SessionEvent } from './exchange-session.ts';
import { HelloCounter } from './hello-counter.ts';
import { keepAlive } from './keep-alive.ts';
import { Offering } from './offering.ts';
import { Pause } from './pause.ts';
import { LoadingPace } from './replica-on-screen.ts';
import { ReplicaProof } from './replica-proof.ts';
import { SelfProofService } from './self-proof-service.ts';
import { SigningService } from './signing-service.ts';
import { StallDetector } from './stall-detector.ts';
import { storedExchange } from './stored-exchange.ts';
import { syncStatusOf } from './sync-status.ts';
import { failUplink } from './uplink-errors.ts';
import { Watch } from './watch.ts';

/** The uplink's slice of the configuration. */
export type UplinkConfig = {
  readonly maxFrameBytes: number;
  /** How long changes are gathered into one frame before they leave, in milliseconds. */
  readonly gatherMs: number;
  readonly keepaliveSeconds: number;
  readonly timeoutSeconds: number;
  readonly retryMaxSeconds: number;
  /** Attachments of more megabytes come only when somebody wants to see them. */
  readonly fetchMegabytes: number;
};

/** What the uplink is made of. */
export type UplinkParts = {
  readonly config: UplinkConfig;
  readonly identity: IdentityKeeper;
  /** Of this start; see `HelloCounter`. */
  readonly incarnation: string;
  readonly store: RecordStore;
  readonly journal: JournalStore;
  readonly attachments: AttachmentStore;
  readonly digests: DigestStore;
  readonly timekeeper: Timekeeper;
  readonly carrier: Carrier;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Called with the ids of records that a comparison with the hub mended, at either end. */
  readonly onMended?: (records: readonly string[]) => void;
  readonly onRefused?: (code: string) => void;
  /** Shows the audit trail to the hub; without it nothing is shown. */
  readonly witness?: WitnessService;
};

type LastExchange = NonNullable<SyncState['lastExchange']>;

/** How long `sync now` waits for something to move before it gives up. */
const STALL_MS = 60_000;
/** How many connections in a row may fail before `sync now` gives up. */
const MAX_FAILURES = 3;
const PROBE_PAUSE_MS = 100;

/**
 * The conversation with the hub over one long-lived connection: made again whenever it ends, never in the way of the LAN
 * (docs/protocol.md, exchange).
 */
export class UplinkService implements Service {
  readonly name = 'uplink';
  readonly #parts: UplinkParts;
  readonly #hellos: HelloCounter;
  readonly #watch: Watch;
  readonly #codec = new ChangesCodec();
  readonly #offers: OfferStore;
  readonly #replica: ReplicaStateStore;
  readonly #proof: ReplicaProof;
  readonly #pace = new LoadingPace();
  readonly #pauses: Pause;
  readonly #blobs: BlobExchange;
  readonly #signing: SigningService | undefined;
  #machine: ExchangeState;
  #session: ExchangeSession | undefined;
  #connection: Connection | undefined;
  #countedBytes = { sent: 0, received: 0 };
  #lastExchange: LastExchange | null;
  #exchanges = 0;
  #failuresInARow = 0;
  #hasChainProblem = false;
  /** The session that is to be told, once the gathering ends, that the journal has grown. */
  #gathering: ExchangeSession | undefined;

  constructor(parts: UplinkParts) {
    this.#parts = parts;
    this.#hellos = new HelloCounter(parts.incarnation, parts.randomBytes);
    this.#watch = new Watch(parts.clock);
    this.#pauses = new Pause(parts.clock);
    this.#offers = new OfferStore(parts.store);
    this.#replica = new ReplicaStateStore(parts.store.db);
    const fetchMaxBytes = parts.config.fetchMegabytes * 1_000_000;
    this.#blobs = new BlobExchange({ ...parts, fetchMaxBytes });
    this.#proof = new ReplicaProof({
      ...parts,
      fetchMaxBytes,
      areAttachmentsIdle: () => this.#blobs.isIdle(),
      identity: () => {
        const { node, journalKey } = parts.identity.current();
        return { node, journalKey: fromHex(journalKey) };
      },
      session: () => this.#session,
      replica: this.#replica,
      onMended: (records) => parts.onMended?.(records),
      moved: (ms) => this.#watch.next(ms),
    });
    const { witness } = parts;
    const session = () => (this.#isReady() ? this.#session : undefined);
    this.#signing = witness === undefined ? undefined : new SigningService({ ...parts, witness, session });
    this.#machine = storedExchange(parts.journal);
    this.#lastExchange = parts.journal.syncState().lastExchange;
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    const { config, random, store } = this.#parts;
    const waits = backoff({ initialMs: 1000, maxMs: config.retryMaxSeconds * 1000 }, random);
    const stopListening = [
      store.onCommitted(() => this.#gather(signal)),
      this.#parts.attachments.onAsked(() => this.#gather(signal)),
    ];
    ready();
    try {
      while (!signal.aborted) {
        const { hub } = this.#parts.identity.current();
        if (hub === null) {
          await this.#pauses.wait(Number.POSITIVE_INFINITY, { signal, hasFailed: this.#failuresInARow > 0 });
          continue;
        }
        if (await this.#exchange(hub, signal)) waits.reset();
        await this.#pauses.wait(waits.next(), { signal, hasFailed: this.#failuresInARow > 0 });
      }
    } finally {
      for (const stop of stopListening) stop();
    }
  }

  /** Tries again now instead of waiting: called when the node has just been enrolled. */
  wake(): void {
    this.#pauses.wake();
  }

  /** Notes since when attachments have been waiting, as far as the time of day is known. */
  noteWaiting(): void {
    if (this.#parts.timekeeper.isTrusted()) this.#blobs.noteWaiting();
  }

  /** Where the exchange is, as `sync status` shows it. */
  status(): SyncStatus {
    return syncStatusOf({
      ...this.#parts,
      ...{ blobs: this.#blobs, replica: this.#replica, lastExchange: this.#lastExchange },
      ...{ exchanges: this.#exchanges, uncounted: this.#uncounted() },
      ...{ isLive: this.#isLive(), secondsLeft: this.#pace.secondsLeft() },
    });
  }

  /** Notes that the hub was heard over another carrier. */
  heardOver(carrier: string): void {
    this.#remember({ at: this.#parts.clock.now(), ok: true, carrier });
  }

  /** Whether the hub's chain of this node's changes is not this node's: its disk was cloned, or worse. */
  hasChainProblem(): boolean {
    return this.#hasChainProblem;
  }

  /**
   * Exchanges at once: resolves when everything written before the call is safe at the hub and all that the hub had for
   * this node is here. Throws SH-T112 when no hub is known, SH-T110 when it does not answer, SH-T111 when nothing moves.
   */
  async syncNow(): Promise<SyncStatus> {
    const { clock, journal, identity } = this.#parts;
    if (identity.current().hub === null) throw failUplink('SH-T112');
    const target = journal.lastSequence();
    this.#failuresInARow = 0;
    this.wake();
    const stall = new StallDetector(clock, STALL_MS);
    for (;;) {
      if (
        stall.hasStalled(
          `${this.#exchanges} ${this.#blobs.progress().movedBytes} ${JSON.stringify(journal.syncState())}`,
        )
      )
        throw failUplink('SH-T111');
      const session = this.#session;
      if (session === undefined || session.state().phase !== 'live') await this.#waitForProgress();
      else if (session.state().head < target) {
        session.put({ kind: 'grown' });
        await this.#waitForProgress();
      } else if (session.state().acknowledged < target) await this.#waitForProgress();
      else if (!(await this.#isDrained(session, target))) continue;
      else if (this.#blobs.isIdle()) break;
      else await this.#waitForProgress();
    }
    await this.#signing?.now();
    this.#remember({ at: this.#parts.clock.now(), ok: true, carrier: this.#parts.carrier.name });
    this.keepCounters();
    return this.status();
  }

  /** Proves that both sides hold the same, or says where they differ, or why nothing can be proven now. */
  verify(): Promise<SyncVerification> {
    return this.#proof.verify();
  }

  /** As {@link verify}, and mends what differs at either end before. */
  repair(): Promise<SyncVerification> {
    return this.#proof.repair();
  }

  /** What compares with the hub without being asked. */
  selfProof(): Service {
    const { journal, clock, log } = this.#parts;
    return new SelfProofService({
      ...{ journal, clock, log, replica: this.#replica },
      isReady: () => this.#isReady() && this.#blobs.isIdle(),
      verify: () => this.verify(),
      repair: () => this.repair(),
    });
  }

  /** What shows the audit trail to the hub without being asked. */
  signing(): readonly Service[] {
    return this.#signing === undefined ? [] : [this.#signing];
  }

  /** One connection from its opening to its end; true when it got as far as the exchange. */
  async #exchange(hub: HubLink, signal: AbortSignal): Promise<boolean> {
    const { carrier, clock, config, identity, journal, log, randomBytes, timekeeper } = this.#parts;
    // A session sees only what comes after it was opened, and everything of that.
    const early: SessionEvent[] = [];
    let put = (event: SessionEvent): void => void early.push(event);
    let connection: Connection;
    try {
      connection = await carrier.connect({
        hubUrl: hub.url,
        signal,
        timeoutMs: config.timeoutSeconds * 1000,
        listener: {
          onFrame: (frame) => put({ kind: 'frame', frame }),
          onClosed: (reason) => put({ kind: 'closed', reason }),
        },
      });
    } catch (error) {
      if (!signal.aborted) this.#failed((error as Error).message);
      return false;
    }
    this.#exchanges += 1;
    this.#connection = connection;
    this.#countedBytes = { sent: 0, received: 0 };
    const session = new ExchangeSession(
      {
        node: identity.current().node,
        ...this.#hellos.next(),
        link: identity.linkKeys(hub),
        nonce: randomBytes(16),
        journal,
        offering: new Offering(this.#offers),
        blobs: this.#blobs,
        timekeeper,
        clock,
        log,
        maxFrameBytes: config.maxFrameBytes,
        codec: this.#codec,
        onProgress: () => this.#progressed(),
        onRefused: (code) => this.#parts.onRefused?.(code),
        onLoading: (loading) => this.#loads(loading),
      },
      this.#machine,
    );
    this.#session = session;
    put = (event) => session.put(event);
    for (const event of early) put(event);
    const ended = new AbortController();
    const alive = keepAlive({ connection, session, clock, config, signal: ended.signal });
    const { state, reason } = await session.run(connection);
    ended.abort();
    await alive;
    this.keepCounters();
    const wasLive = session.wasLive();
    const { acknowledged, feedReceived } = this.#machine;
    if (state.acknowledged > acknowledged || state.feedReceived > feedReceived) this.#failuresInARow = 0;
    this.#machine = state;
    this.#session = undefined;
    this.#connection = undefined;
    log.info('uplink.closed', { reason, wasLive });
    if (!signal.aborted && !(wasLive && isAllSafe(state))) this.#failed(reason);
    else if (this.#lastExchange !== null) journal.rememberExchange(this.#lastExchange);
    this.#watch.notify();
    return wasLive;
  }

  #gather(signal: AbortSignal): void {
    const { clock, config } = this.#parts;
    const session = this.#session;
    if (session === undefined || this.#gathering === session) return;
    this.#gathering = session;
    const send = (): void => {
      this.#gathering = undefined;
      session.put({ kind: 'grown' });
    };
    clock.sleep(config.gatherMs, signal).then(send, () => {});
  }

  #progressed(): void {
    const session = this.#session;
    this.#hasChainProblem ||= session?.hasChainProblem() === true;
    if (session !== undefined && isPushed(session.state())) {
      this.#failuresInARow = 0;
      this.#lastExchange = { at: this.#parts.clock.now(), ok: true, carrier: this.#parts.carrier.name };
      this.#signing?.wake();
    }
    this.#watch.notify();
  }

  #failed(error: string): void {
    this.#failuresInARow += 1;
    this.#remember({ at: this.#parts.clock.now(), ok: false, carrier: this.#parts.carrier.name, error });
    this.#parts.log.info('uplink.unreachable', { why: error });
    this.#watch.notify();
  }

  #remember(exchange: LastExchange): void {
    this.#lastExchange = exchange;
    this.#parts.journal.rememberExchange(exchange);
  }

  /** Whether the hub has nothing more for this node. Asked again only after something has moved, or a moment later. */
  async #isDrained(session: ExchangeSession, target: number): Promise<boolean> {
    const { clock, journal } = this.#parts;
    const hub = await session.ask({ level: 'place' }).catch(() => undefined);
    if (hub === undefined) return false;
    if (hub.at.sequence >= target && journal.syncState().feedReceived >= hub.at.feed) return true;
    await clock.sleep(PROBE_PAUSE_MS);
    return false;
  }

  async #waitForProgress(): Promise<void> {
    if (this.#failuresInARow >= MAX_FAILURES) throw failUplink('SH-T110', { why: this.#lastExchange?.error ?? '' });
    this.wake();
    if (!(await this.#watch.next(STALL_MS))) throw failUplink('SH-T111');
  }

  /** Whether nothing waits any more. */
  #isReady(): boolean {
    return this.#isLive() && this.#session !== undefined && isPushed(this.#session.state());
  }

  #isLive(): boolean {
    return this.#session?.state().phase === 'live';
  }

  #uncounted(): { readonly sent: number; readonly received: number } {
    const bytes = this.#connection?.bytes();
    if (bytes === undefined) return { sent: 0, received: 0 };
    return { sent: bytes.sent - this.#countedBytes.sent, received: bytes.received - this.#countedBytes.received };
  }

  #loads(loading: Loading): void {
    const { patients, left, records } = loading;
    this.#pace.note(left, this.#parts.clock.monotonic());
    this.#replica.loads(records === 0 ? null : { patients, left });
  }

  /** Stores the counters of bytes, which otherwise wait for the end of the connection. */
  keepCounters(): void {
    const { sent, received } = this.#uncounted();
    this.#parts.journal.countBytes(sent, received);
    this.#countedBytes = { sent: this.#countedBytes.sent + sent, received: this.#countedBytes.received + received };
  }
}

function isAllSafe(state: ExchangeState): boolean {
  return state.acknowledged >= state.head;
}
