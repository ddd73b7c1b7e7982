import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countersign } from '@santehaggui/protocols/audit/checkpoint.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { hubIdentityHash } from '@santehaggui/protocols/crypto/hub-identity.ts';
import {
  linkKeysOfHub,
  openSealed,
  sealKeysFromSeed,
  sealTo,
  sign,
  signKeysFromSeed,
} from '@santehaggui/protocols/crypto/sodium.ts';
import {
  type EnrolmentRequest,
  enrolmentRequest,
  formatEnrolmentToken,
} from '@santehaggui/protocols/enrolment/enrolment.ts';
import { ChangesCodec, NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import type { CarriedChange, HubHello, Message, PlainMessage } from '@santehaggui/protocols/frames/messages.ts';
import { helloHeader, LiveLane, laneContexts, openHello, sealHello } from '@santehaggui/protocols/frames/seal.ts';
import { NO_FAULTS, type Sign, type Signed } from '@santehaggui/protocols/frames/sign-messages.ts';
import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { DigestStore } from '../../../store/digest-store.ts';
import { JournalStore } from '../../../store/journal-store.ts';
import { openTestStore, type TestStore } from '../../../store/testing/test-store.ts';

const INCARNATION = '0b0000000001';
const FACILITY_ID = '00000000-0000-8000-8000-0000000000aa';

/** How a fake hub misbehaves. */
export type Faults = {
  /** Cuts the connection after so many frames received, HELLO included; counted over all connections. */
  cutAfterFrames?: number;
  /** Takes frames and says nothing. */
  isSilent?: boolean;
  /** Signs its enrolment answers with another key. */
  isForger?: boolean;
  /** Answers with a chain head that is not the node's. */
  hasOtherChain?: boolean;
  /** Sends its feed so much later than it could. */
  feedDelayMs?: number;
  /** Refuses changes of this sequence. */
  refuses?: number;
  /** Says of every audit trail that it is not the one that it has countersigned. */
  refusesTrail?: boolean;
};

/** The hub's end of the exchange for one node, over real sockets and a real store, as docs/protocol.md describes it. */
export class FakeHub implements AsyncDisposable {
  readonly faults: Faults = {};
  /** What the hub holds of the node's facility. */
  readonly replica: TestStore;
  readonly frames: string[] = [];
  connections = 0;
  wallMs: number;
  enrolled: EnrolmentRequest | undefined;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #signKeys = signKeysFromSeed(new Uint8Array(32).fill(21));
  readonly #sealKeys = sealKeysFromSeed(new Uint8Array(32).fill(22));
  readonly #journal: JournalStore;
  readonly #codec = new ChangesCodec();
  #feed: CarriedChange[] = [];
  #heads = new Map<number, Uint8Array>([[0, CHAIN_START]]);
  #lastIncarnation: string | undefined;
  #framesLeft = Number.POSITIVE_INFINITY;
  #live: { socket: WebSocket; lane: LiveLane; sentFeed: number } | undefined;

  private constructor(replica: TestStore, server: Server) {
    this.replica = replica;
    this.#server = server;
    this.wallMs = replica.clock.now();
    this.#journal = new JournalStore({ store: replica.store, timekeeper: replica.timekeeper, log: replica.log.log });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response));
    server.on('upgrade', (request: IncomingMessage, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (open) => this.#converse(open));
    });
  }

  /** Starts one on a free port of the loopback. */
  static async start(): Promise<FakeHub> {
    const replica = await openTestStore({ node: 0 });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeHub(replica, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get identity(): { readonly signKey: string; readonly sealKey: string } {
    return { signKey: toHex(this.#signKeys.publicKey), sealKey: toHex(this.#sealKeys.publicKey) };
  }

  /** A token as `hub facility add` prints it. */
  token(facility: string, expiresAt = 4_000_000_000): string {
    return formatEnrolmentToken({
      hubHash: hubIdentityHash(this.identity),
      secret: 'ab'.repeat(16),
      facility,
      expiresAt,
    });
  }

  /** The last sequence of the node that is here. */
  received(): number {
    return this.#journal.syncState().feedReceived;
  }

  /** Forgets everything after a sequence, as a hub restored from a backup does: the next HELLO says less. */
  restoreTo(sequence: number): void {
    this.replica.db.prepare('update sync_state set feed_received = ? where id = 1').run(sequence);
    this.cut();
  }

  /** Puts changes of others into the node's feed, and into what the hub holds of the facility. */
  feed(changes: readonly CarriedChange[]): void {
    this.replica.store.inTransaction((nowMs) => {
      const { journal, records } = this.replica.store.tables();
      for (const { encoded } of changes) {
        const change = decodeChange(encoded);
        const position = journal.lastPosition() + 1;
        const recordPosition = change.kind === 'record' ? (records.positionOf(change.recordId) ?? position) : null;
        if (!journal.add({ position, change, recordPosition, encoded, head: null, receivedAt: nowMs })) continue;
        if (change.kind === 'record') records.apply(change, { position, nowMs });
        this.#feed.push({ position: this.#feed.length + 1, encoded });
      }
    });
    this.#pushFeed();
  }

  /** Stops reading without telling: what a mobile network does to a connection it has forgotten. */
  freeze(): void {
    this.#live?.socket.pause();
  }

  /** Cuts the connection that is open. */
  cut(): void {
    this.#live?.socket.terminate();
    this.#live = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.replica[Symbol.asyncDispose]();
  }

  #converse(socket: WebSocket): void {
    this.connections += 1;
    this.#framesLeft = this.faults.cutAfterFrames ?? Number.POSITIVE_INFINITY;
    let lane: LiveLane | undefined;
    socket.on('message', (frame: Buffer) => {
      this.#framesLeft -= 1;
      if (this.#framesLeft < 0) {
        socket.terminate();
        return;
      }
      // A frozen socket gives what it had read once it is terminated.
      if (this.faults.isSilent === true || socket.readyState !== socket.OPEN) return;
      if (lane === undefined) lane = this.#greet(socket, frame);
      else this.#receive(lane.open(frame), (message) => socket.send((lane as LiveLane).seal(message)));
    });
    socket.on('error', () => {});
  }

  #greet(socket: WebSocket, frame: Buffer): LiveLane {
    const node = this.enrolled as EnrolmentRequest;
    const link = linkKeysOfHub(this.#sealKeys, fromHex(node.sealKey));
    const header = helloHeader(frame);
    const hello = openHello(frame, link.receive);
    if (hello.kind !== 'node-hello') throw new Error('not a HELLO of a node');
    this.frames.push('hello');
    const nonce = new Uint8Array(16).fill(this.connections);
    const received =
      this.#lastIncarnation === undefined
        ? null
        : { incarnation: this.#lastIncarnation, upTo: this.received(), beyond: [] };
    const isKnown = hello.lineage.some(({ incarnation }) => incarnation === this.#lastIncarnation);
    const answer: HubHello = {
      kind: 'hub-hello',
      nonce,
      received: isKnown ? received : null,
      wallMs: this.wallMs,
      newestModel: NEWEST_MODEL,
    };
    socket.send(sealHello({ node: 0, incarnation: INCARNATION, counter: this.connections }, answer, link.send));
    const seed = {
      nodeIncarnation: header.incarnation,
      hubIncarnation: INCARNATION,
      nodeNonce: hello.nonce,
      hubNonce: nonce,
    };
    const { up, down } = laneContexts({ node: header.node, ...seed }, hello, answer);
    const lane = new LiveLane(link, seed, { codec: this.#codec, sending: down, receiving: up });
    this.#live = { socket, lane, sentFeed: hello.feedReceived };
    this.#pushFeed();
    return lane;
  }

  #receive(message: Message, send: (message: PlainMessage) => void): void {
    this.frames.push(message.kind);
    if (message.kind === 'changes') {
      const { upTo, repeats } = this.#journal.applyFeed(message.changes);
      for (const { position, encoded } of message.changes) {
        const before = this.#heads.get(position - 1);
        if (before === undefined) throw new Error(`gap before ${position}`);
        this.#heads.set(position, chainHead(before, encoded, fromHex((this.enrolled as EnrolmentRequest).journalKey)));
        this.#lastIncarnation = decodeChange(encoded).origin.incarnation;
      }
      const head =
        this.faults.hasOtherChain === true ? new Uint8Array(8) : (this.#heads.get(upTo) as Uint8Array).slice(0, 8);
      const { refuses } = this.faults;
      const refused = message.changes
        .filter(({ position }) => position === refuses)
        .map(({ position }) => ({ position, code: 'SH-X301' }));
      send({ kind: 'ack', upTo, head, refused, repeats, beyond: [] });
    }
    if (message.kind === 'digest') send(this.#digest(message));
    if (message.kind === 'sign') send(this.#countersign(message));
  }

  #countersign({ checkpoint }: Sign): Signed {
    const countersignature = countersign(checkpoint, this.wallMs, this.#signKeys.privateKey);
    const verdict =
      this.faults.refusesTrail === true
        ? { result: 'refused' as const }
        : { result: 'countersigned' as const, countersignature };
    return { kind: 'signed', verdict, known: 0, faults: NO_FAULTS, trail: null };
  }

  #digest({ ask }: Digest): Digest {
    const digests = new DigestStore(this.replica.db);
    const at = { sequence: this.received(), feed: this.#feed.length };
    if (ask.level === 'place') return { kind: 'digest', ask, at, entries: [] };
    if (ask.level === 'types') return { kind: 'digest', ask, at, entries: digests.types() };
    if (ask.level === 'ranges') return { kind: 'digest', ask, at, entries: digests.ranges(ask.type) };
    if (ask.level === 'records') return { kind: 'digest', ask, at, entries: digests.records(ask.type, ask.range) };
    if (ask.level === 'proof') return { kind: 'digest', ask, at, entries: this.#unlessProven(digests, ask.digest) };
    return { kind: 'digest', ask, at, entries: ask.level === 'fields' ? digests.fields(ask.record) : [] };
  }

  #unlessProven(digests: DigestStore, digest: string): Digest['entries'] {
    const types = digests.types();
    return toHex(combineDigests(types)) === digest ? [] : types;
  }

  #pushFeed(): void {
    if (this.#live === undefined) return;
    const { socket, lane, sentFeed } = this.#live;
    const changes = this.#feed.slice(sentFeed);
    if (changes.length === 0) return;
    this.#live.sentFeed = this.#feed.length;
    // After the HELLO, which is sent by the caller before anything else leaves.
    setTimeout(() => {
      const prepared = lane.prepare(changes, { model: NEWEST_MODEL, stampOf: () => undefined });
      socket.send(lane.sealChanges(prepared));
    }, this.faults.feedDelayMs ?? 0);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/api/v1/identity') {
      json(this.identity);
      return;
    }
    if (request.url !== '/api/v1/enrolment') {
      request.resume();
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { sealed } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { sealed: string };
    const opened = openSealed(this.#sealKeys, fromHex(sealed)) as Uint8Array;
    this.enrolled = enrolmentRequest.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    const { facility, node, sealKey } = this.enrolled;
    const answer = { facility, facilityId: FACILITY_ID, name: 'CSCOM', region: 'Mopti', node };
    const bytes = sealTo(fromHex(sealKey), Buffer.from(JSON.stringify(answer)));
    const signer = this.faults.isForger === true ? signKeysFromSeed(new Uint8Array(32).fill(99)) : this.#signKeys;
    json({ sealed: toHex(bytes), signature: toHex(sign(bytes, signer.privateKey)) });
  }
}
