import type { ChangesCodec } from '@santehaggui/protocols/frames/codec/codec.ts';
import { MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import { refusalCode } from '@santehaggui/protocols/frames/refusal.ts';
import { ForgedFrame } from '@santehaggui/protocols/frames/seal.ts';
import {
  openShort,
  SHORT_MESSAGE_BYTES,
  sealShortAck,
  shortHeader,
} from '@santehaggui/protocols/frames/short-frames.ts';
import { PieceCollector, payloadOf, piecesOf, textOf, textRoom } from '@santehaggui/protocols/frames/short-pieces.ts';
import { decodeIncoming } from '@santehaggui/protocols/journal/follow-chain.ts';
import { aborted, type Service, type ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import { EXCHANGE_PORT, type Messenger, type ReceivedMessage } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HelloCounter } from '../ingest/hello-counter.ts';
import type { IngestService } from '../ingest/ingest-service.ts';
import type { FormerNodes, LinkedNode } from '../ingest/linked-node.ts';

/** What the receiving end of short messages is made of. `counters` gives each acknowledgement a number that was never used. */
export type SmsParts = {
  readonly messenger: Messenger;
  readonly findNode: (node: number) => Promise<LinkedNode | undefined>;
  readonly former: FormerNodes;
  readonly ingest: IngestService;
  readonly counters: HelloCounter;
  readonly codec: ChangesCodec;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusedFrames;
};

/**
 * Takes what nodes send in short messages, and answers each frame, in the form in which it came, with what is safe. What was not sealed by
 * an enrolled node changes nothing and is audited once an hour for each sender; what people write is not looked at.
 */
export class SmsService implements Service {
  readonly name = 'sms';
  readonly #parts: SmsParts;
  readonly #collector = new PieceCollector();
  #work: Promise<void> = Promise.resolve();

  constructor(parts: SmsParts) {
    this.#parts = parts;
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    const stopListening = this.#parts.messenger.onReceived((message) => {
      // One after the other, as they come.
      this.#work = this.#work.then(() => this.#take(message)).catch((error: unknown) => this.#failed(error));
    });
    ready();
    await aborted(signal);
    stopListening();
    await this.#work;
  }

  async #take({ from, payload }: ReceivedMessage): Promise<void> {
    const { codec, findNode, former, ingest, clock, log, refusals } = this.#parts;
    const bytes = payload.kind === 'text' ? payloadOf(payload.text) : payload.bytes;
    if (bytes === undefined || (payload.kind === 'data' && payload.port !== EXCHANGE_PORT)) return;
    const frame = this.#collector.take(from, bytes, clock.now());
    if (frame === undefined) return;
    try {
      const formerSender = await former.find(shortHeader(frame).node);
      const node = formerSender ?? (await findNode(shortHeader(frame).node));
      if (node === undefined) throw new ForgedFrame('no such node');
      const opened = openShort(frame, { linkKey: node.link.receive, codec });
      if (opened.kind !== 'changes') throw new MalformedMessage('changes were expected');
      const incoming = decodeIncoming(node.node, opened.changes);
      if (formerSender !== undefined) {
        await former.keep(node, incoming);
        return;
      }
      const receipt = await ingest.ingest(node, incoming);
      log.info('sms.taken', { facility: node.facility, changes: opened.changes.length, stored: receipt.stored });
      await this.#answer(node, receipt, { from, payload });
    } catch (error) {
      const code = refusalCode(error);
      if (code === undefined) throw error;
      refusals.note({ carrier: 'sms', source: from, code });
    }
  }

  async #answer(
    node: LinkedNode,
    { upTo, head, refused, repeats, beyond }: Awaited<ReturnType<IngestService['ingest']>>,
    { from, payload }: ReceivedMessage,
  ): Promise<void> {
    const { counters, messenger } = this.#parts;
    const { incarnation, counter } = counters.next(node.node);
    const ack = { kind: 'ack' as const, upTo, head, refused: refused.slice(0, 4), repeats, beyond };
    const frame = sealShortAck({ node: node.node, incarnation, counter }, ack, node.link.send);
    const isText = payload.kind === 'text';
    for (const piece of piecesOf(frame, counter, isText ? textRoom() : SHORT_MESSAGE_BYTES)) {
      const answer = isText
        ? { kind: 'text' as const, text: textOf(piece) }
        : { kind: 'data' as const, port: EXCHANGE_PORT, bytes: piece };
      await messenger.send(from, answer);
    }
  }

  #failed(error: unknown): void {
    // Nothing was acknowledged: the node sends it again.
    this.#parts.log.error('sms.failed', { error });
  }
}
