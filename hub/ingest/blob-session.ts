import type { BlobAsk, BlobMessage } from '@santehaggui/protocols/frames/blob-messages.ts';
import {
  BLOB_SENDING_START,
  type BlobItem,
  type BlobSending,
  type BlobSendingInput,
  stepBlobSending,
} from '@santehaggui/protocols/frames/blob-sending-machine.ts';
import { MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AttachmentsService } from '../attachments/attachments-service.ts';

/** What the content of attachments takes on one connection. */
export type BlobSessionParts = {
  readonly attachments: AttachmentsService;
  readonly facility: string;
  readonly clock: Clock;
  readonly send: (message: BlobMessage) => void;
};

/** So many of what was asked for and is not here are remembered; the node asks for all of them again when it connects. */
const MAX_ABSENT = 1000;

/** The content of attachments on one connection, after everything else: takes what the node sends, and sends it what it asks for. */
export class BlobSession {
  readonly #parts: BlobSessionParts;
  readonly #absent = new Set<string>();
  readonly #retried = new Set<string>();
  #sending: BlobSending = BLOB_SENDING_START;
  #asked: BlobAsk | undefined;
  #sentAtMs: number[] = [];

  constructor(parts: BlobSessionParts) {
    this.#parts = parts;
  }

  /** Takes what the node says. Throws MalformedMessage for what only a hub says. */
  async take(message: BlobMessage): Promise<void> {
    switch (message.kind) {
      case 'blob-piece':
        this.#parts.send(await this.#parts.attachments.take(this.#parts.facility, message));
        return;
      case 'blob-have':
        return this.#step({ kind: 'have', have: message, elapsedMs: this.#elapsed() });
      case 'blob-ask': {
        this.#asked = message;
        const { item } = this.#sending;
        // It asks for one content at a time: what it asked for before it wants no longer.
        if (item !== undefined) await this.#step({ kind: 'gone', record: item.record });
        return this.#step({ kind: 'more' });
      }
      default:
        throw new MalformedMessage(`${message.kind} out of turn`);
    }
  }

  /** Sends what was asked for, as long as nothing else is to go before. */
  async look(isClear: boolean): Promise<void> {
    if (isClear !== this.#sending.isClear) await this.#step({ kind: 'clear', isClear });
  }

  /** Something may have come: tells the node what it asked for in vain and is here by now. */
  async woken(): Promise<void> {
    const { attachments, facility, send } = this.#parts;
    for (const record of await attachments.availableAmong(facility, [...this.#absent])) {
      this.#absent.delete(record);
      send({ kind: 'blob-ready', record });
    }
  }

  async #step(input: BlobSendingInput): Promise<void> {
    const { state, effects } = stepBlobSending(this.#sending, input);
    this.#sending = state;
    for (const effect of effects) {
      if (effect.kind === 'choose') await this.#step({ kind: 'item', item: await this.#choose() });
      else if (effect.kind === 'send-piece') await this.#sendPiece(effect);
    }
  }

  async #choose(): Promise<BlobItem | undefined> {
    const { attachments, facility, send } = this.#parts;
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) return undefined;
    const { record, offset, pieceBytes } = asked;
    const found = await attachments.find(facility, record);
    if (found !== undefined && offset < found.size) return { record, size: found.size, from: offset, pieceBytes };
    if (this.#absent.size < MAX_ABSENT) this.#absent.add(record);
    send({ kind: 'blob-absent', record });
    return undefined;
  }

  async #sendPiece({ record, offset, length }: { record: string; offset: number; length: number }): Promise<void> {
    const { item } = this.#sending;
    const { attachments, facility, clock, send } = this.#parts;
    const bytes = await attachments.part(facility, record, { from: offset, to: offset + length });
    if (item?.record !== record) return;
    if (bytes.length !== length) {
      // It was released or erased meanwhile, it is damaged and another's copy may be good, or the keys are out of reach.
      if (this.#retried.has(record)) send({ kind: 'blob-absent', record });
      else this.#asked = { kind: 'blob-ask', record, offset, pieceBytes: length };
      this.#retried.add(record);
      return this.#step({ kind: 'gone', record });
    }
    this.#sentAtMs.push(clock.monotonic());
    send({ kind: 'blob-piece', record, offset, size: item.size, bytes });
  }

  #elapsed(): number {
    const sentAtMs = this.#sentAtMs.shift();
    return sentAtMs === undefined ? 0 : this.#parts.clock.monotonic() - sentAtMs;
  }
}
