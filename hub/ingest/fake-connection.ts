import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { LinkKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { ChangesCodec, NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import type {
  Ack,
  CarriedChange,
  HubHello,
  Message,
  NodeHello,
  PlainMessage,
} from '@santehaggui/protocols/frames/messages.ts';
import type { Repair, Repaired } from '@santehaggui/protocols/frames/repair-messages.ts';
import { LiveLane, laneContexts, openHello, sealHello } from '@santehaggui/protocols/frames/seal.ts';
import type { Sign, Signed } from '@santehaggui/protocols/frames/sign-messages.ts';
import WebSocket from 'ws';
import type { FakeNode } from './fake-node.ts';

/** One exchange of a {@link FakeNode} with a real hub, over a real WebSocket. */
export class FakeConnection {
  readonly #node: FakeNode;
  readonly #socket: WebSocket;
  readonly #frames: Uint8Array[] = [];
  #wake: () => void = () => {};
  #lane: LiveLane | undefined;
  #counter: number;
  hubHello: HubHello | undefined;
  /** The close code, once closed. */
  closeCode: number | undefined;
  #closeReason = '';

  private constructor(node: FakeNode, socket: WebSocket, counter: number) {
    this.#node = node;
    this.#socket = socket;
    this.#counter = counter;
  }

  /** Connects and says HELLO. */
  static async open(node: FakeNode, hubUrl: string): Promise<FakeConnection> {
    const connection = await FakeConnection.connect(node, hubUrl);
    await connection.hello();
    return connection;
  }

  /** Connects, and says nothing. */
  static async connect(node: FakeNode, hubUrl: string): Promise<FakeConnection> {
    const socket = new WebSocket(`${hubUrl.replace('http', 'ws')}/api/v1/exchange`, { perMessageDeflate: false });
    const connection = new FakeConnection(node, socket, randomBytes(2).readUInt16BE());
    socket.on('message', (data: Buffer) => {
      connection.#frames.push(new Uint8Array(data));
      connection.#wake();
    });
    socket.on('close', (code, reason) => {
      connection.closeCode = code;
      connection.#closeReason = reason.toString();
      connection.#wake();
    });
    await once(socket, 'open');
    return connection;
  }

  /** Says HELLO and takes the hub's. */
  async hello(): Promise<HubHello> {
    const link = this.#node.link as LinkKeys;
    const { node, incarnation, lineage, feedReceived } = this.#node;
    const nonce = new Uint8Array(randomBytes(16));
    const hello: NodeHello = {
      kind: 'node-hello',
      nonce,
      lineage,
      feedReceived,
      wallMs: Date.now(),
      isClockTrusted: true,
      newestModel: NEWEST_MODEL,
      late: [],
    };
    this.sendFrame(sealHello({ node, incarnation, counter: this.#counter++ & 0xffff }, hello, link.send));
    const frame = await this.#nextFrame();
    const answer = openHello(frame, link.receive);
    if (answer.kind !== 'hub-hello') throw new TypeError('no HELLO of a hub');
    const hubIncarnation = toHex(frame.subarray(4, 10));
    const seed = { nodeIncarnation: incarnation, hubIncarnation, nodeNonce: nonce, hubNonce: answer.nonce };
    const { up, down } = laneContexts({ node, ...seed }, hello, answer);
    this.#lane = new LiveLane(link, seed, { codec: new ChangesCodec(), sending: up, receiving: down });
    this.hubHello = answer;
    if (answer.feed !== undefined) this.#node.feedReceived = answer.feed.upTo;
    return answer;
  }

  /** Sends raw bytes. */
  sendFrame(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  /** Seals a message without sending it. */
  seal(message: PlainMessage): Uint8Array {
    return (this.#lane as LiveLane).seal(message);
  }

  /** Seals changes without sending them; with {@link PLAIN} as they stand. */
  sealChanges(changes: readonly CarriedChange[], model = NEWEST_MODEL): Uint8Array {
    const lane = this.#lane as LiveLane;
    return lane.sealChanges(lane.prepare(changes, { model, stampOf: () => undefined }));
  }

  /** Sends changes. */
  send(changes: readonly CarriedChange[], model = NEWEST_MODEL): void {
    this.sendFrame(this.sealChanges(changes, model));
  }

  /** The next message of the hub; entries of the feed are applied and acknowledged on the way. */
  async next(): Promise<Message> {
    const message = (this.#lane as LiveLane).open(await this.#nextFrame());
    if (message.kind === 'changes') {
      this.#node.applyFeed(message.changes);
      this.sendFrame(
        this.seal({
          kind: 'ack',
          upTo: this.#node.feedReceived,
          head: new Uint8Array(),
          refused: [],
          repeats: 0,
          beyond: [],
        }),
      );
    }
    return message;
  }

  /** Sends all that the hub lacks; answers the last acknowledgement, with the refusals of all. */
  async push(limit = 1000): Promise<Ack> {
    let upTo = this.hubHello?.received?.upTo ?? 0;
    const refused: Ack['refused'][number][] = [];
    for (;;) {
      this.send(this.#node.changesAfter(upTo, limit));
      const ack = await this.acknowledgement();
      refused.push(...ack.refused);
      upTo = ack.upTo;
      if (upTo >= this.#node.lastSequence) return { ...ack, refused };
    }
  }

  /** The next acknowledgement, whatever comes before it. */
  async acknowledgement(): Promise<Ack> {
    for (;;) {
      const message = await this.next();
      if (message.kind === 'ack') return message;
    }
  }

  /** Takes the feed until the node has so many entries. */
  async pull(upTo: number): Promise<void> {
    while (this.#node.feedReceived < upTo) await this.next();
  }

  /** Asks for the digests of all types. */
  async digest(): Promise<Digest> {
    const at = { sequence: this.#node.lastSequence, feed: this.#node.feedReceived };
    this.sendFrame(this.seal({ kind: 'digest', ask: { level: 'types' }, at, entries: null }));
    for (;;) {
      const message = await this.next();
      if (message.kind === 'digest') return message;
    }
  }

  /** Asks the hub to mend, and to be given what is wanted. */
  async repair(repair: Omit<Repair, 'kind'>): Promise<Repaired> {
    this.sendFrame(this.seal({ kind: 'repair', ...repair }));
    for (;;) {
      const message = await this.next();
      if (message.kind === 'repaired') return message;
    }
  }

  /** Shows the hub an audit trail. */
  async show(sign: Sign): Promise<Signed> {
    this.sendFrame(this.seal(sign));
    for (;;) {
      const message = await this.next();
      if (message.kind === 'signed') return message;
    }
  }

  /** Waits until the hub closes; answers the code. */
  async untilClosed(): Promise<number> {
    while (this.closeCode === undefined) await this.#sleep();
    return this.closeCode;
  }

  /** Drops the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  async #nextFrame(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.closeCode !== undefined) throw new Error(`closed with ${this.closeCode} ${this.#closeReason}`);
      await this.#sleep();
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
