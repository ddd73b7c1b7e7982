import {
  BLOB_FETCHING_START,
  type BlobFetching,
  type BlobFetchingInput,
  stepBlobFetching,
} from '@santehaggui/protocols/frames/blob-fetching-machine.ts';
import type { BlobHave, BlobMessage, BlobPiece } from '@santehaggui/protocols/frames/blob-messages.ts';
import {
  BLOB_SENDING_START,
  type BlobSending,
  type BlobSendingEffect,
  type BlobSendingInput,
  stepBlobSending,
} from '@santehaggui/protocols/frames/blob-sending-machine.ts';
import { type ExchangeState, isPushed, isPushedButLate } from '@santehaggui/protocols/frames/exchange-machine.ts';
import { MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AttachmentStore, WaitingAttachment } from '../store/attachment-store.ts';

/** What carrying attachments takes. `fetchMaxBytes`: larger ones are fetched only when somebody wants to see them. */
export type BlobExchangeParts = {
  readonly attachments: AttachmentStore;
  readonly fetchMaxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
};

type Send = (message: BlobMessage) => void;

/**
 * The content of attachments over a connection, after everything else (docs/protocol.md, 15): carries out what the two machines
 * decide. It outlives connections, and so does what their deaths have taught.
 */
export class BlobExchange {
  readonly #parts: BlobExchangeParts;
  #sending: BlobSending = BLOB_SENDING_START;
  #fetching: BlobFetching = BLOB_FETCHING_START;
  #send: Send = () => {};
  #isAllPushed = false;
  #isUrgent = false;
  /** What the hub would not take, and what it has not got, on this connection. */
  readonly #refused = new Set<string>();
  readonly #absent = new Set<string>();
  /** When the pieces under way were sent. */
  #sentAtMs: number[] = [];
  #movedBytes = 0;

  constructor(parts: BlobExchangeParts) {
    this.#parts = parts;
  }

  /** After each event of a connection: goes on as far as nothing else is to go before. */
  async look(exchange: ExchangeState, send: Send): Promise<void> {
    this.#send = send;
    this.#isAllPushed = isPushed(exchange);
    const mayGo = this.#isAllPushed || (isPushedButLate(exchange) && (this.#isUrgent || !this.#sending.item));
    await this.#stepSending({ kind: 'clear', isClear: mayGo });
    await this.#stepSending({ kind: 'more' });
    await this.#stepFetching({ kind: 'clear', isClear: this.#isAllPushed });
    await this.#stepFetching({ kind: 'more' });
  }

  /** Takes what the hub says. Throws MalformedMessage for what only a node says. */
  async take(message: BlobMessage): Promise<void> {
    switch (message.kind) {
      case 'blob-have':
        await this.#stepSending({ kind: 'have', have: message, elapsedMs: this.#elapsed() });
        return;
      case 'blob-piece':
        await this.#keep(message);
        return;
      case 'blob-absent':
        this.#absent.add(message.record);
        this.#parts.attachments.noteTold(message.record, 'absent');
        await this.#stepFetching({ kind: 'absent', record: message.record });
        return;
      case 'blob-ready':
        this.#absent.delete(message.record);
        return;
      case 'blob-ask':
        throw new MalformedMessage('the hub asks for what only it has');
    }
  }

  /** The connection is gone. */
  async closed(): Promise<void> {
    this.#send = () => {};
    this.#sentAtMs = [];
    this.#refused.clear();
    this.#absent.clear();
    await this.#stepSending({ kind: 'closed' });
    await this.#stepFetching({ kind: 'closed' });
  }

  /** The hub was put back to a backup: what it had may be gone. */
  hubRestored(): void {
    this.#parts.attachments.forgetHub();
  }

  /** Whether nothing more can be carried over this connection. */
  isIdle(): boolean {
    const { attachments, fetchMaxBytes } = this.#parts;
    const isSent = attachments.nextToSend(this.#refused) === undefined;
    return isSent && attachments.nextToFetch(this.#absent, fetchMaxBytes) === undefined;
  }

  /** Notes since when what waits has been waiting. */
  noteWaiting(): void {
    const { attachments, fetchMaxBytes, clock } = this.#parts;
    attachments.noteWaiting(clock.now(), fetchMaxBytes);
  }

  /** Whether nothing more comes: this machine's disk is nearly full. */
  isFull(): boolean {
    return this.#parts.attachments.isFull();
  }

  /** What has been waiting for longer than so many milliseconds, the longest first. */
  waitingFor(ms: number): readonly WaitingAttachment[] {
    const { attachments, fetchMaxBytes, clock } = this.#parts;
    return attachments.waitingBefore(clock.now() - ms, fetchMaxBytes);
  }

  /** What still waits at this node, and how many bytes were moved since the start. */
  progress(): ReturnType<AttachmentStore['backlog']> & { readonly movedBytes: number } {
    const { attachments, fetchMaxBytes } = this.#parts;
    return { ...attachments.backlog(fetchMaxBytes), movedBytes: this.#movedBytes };
  }

  async #stepSending(input: BlobSendingInput): Promise<void> {
    const { state, effects } = stepBlobSending(this.#sending, input);
    this.#sending = state;
    for (const effect of effects) await this.#perform(effect);
  }

  async #perform(effect: BlobSendingEffect): Promise<void> {
    const { attachments } = this.#parts;
    switch (effect.kind) {
      case 'choose': {
        const next = attachments.nextToSend(this.#refused, !this.#isAllPushed);
        this.#isUrgent = next?.isUrgent === true;
        const item = next && { record: next.record, size: next.size, from: next.hubReceived };
        return this.#stepSending({ kind: 'item', item });
      }
      case 'send-piece':
        return this.#sendPiece(effect);
      case 'note':
        this.#note(effect);
    }
  }

  async #sendPiece({ record, offset, length }: Extract<BlobSendingEffect, { kind: 'send-piece' }>): Promise<void> {
    const { attachments, clock } = this.#parts;
    const found = attachments.find(record);
    const bytes = found?.isWhole === true ? attachments.part(record, offset, length) : new Uint8Array(0);
    if (found === undefined || bytes.length !== length) {
      // It was released or erased meanwhile.
      this.#parts.log.warn('uplink.attachment-gone', { record, offset });
      this.#refused.add(record);
      return this.#stepSending({ kind: 'gone', record });
    }
    this.#sentAtMs.push(clock.monotonic());
    this.#send({ kind: 'blob-piece', record, offset, size: found.size, bytes });
    // Whoever waits at the LAN comes first.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #note({ record, upTo, refusal }: Extract<BlobSendingEffect, { kind: 'note' }>): void {
    const { attachments, log } = this.#parts;
    const before = attachments.find(record)?.hubReceived ?? 0;
    this.#movedBytes += Math.max(0, upTo - before);
    attachments.noteHubHas(record, upTo);
    if (refusal === undefined) return;
    log.warn('uplink.attachment-refused', { record, refusal });
    attachments.noteTold(record, refusal);
    this.#refused.add(record);
  }

  async #keep(piece: BlobPiece): Promise<void> {
    const { newBytes, ...have } = await this.#parts.attachments.take(piece);
    const answer: BlobHave = have;
    this.#send(answer);
    this.#movedBytes += newBytes;
    if (have.refusal !== undefined) {
      this.#parts.log.warn('uplink.attachment-refused', { record: piece.record, refusal: have.refusal });
      this.#absent.add(piece.record);
    }
    const isOver = have.refusal !== undefined || have.upTo === piece.size;
    await this.#stepFetching({ kind: 'stored', record: piece.record, bytes: newBytes, isOver });
  }

  async #stepFetching(input: BlobFetchingInput): Promise<void> {
    const { state, effects } = stepBlobFetching(this.#fetching, input);
    this.#fetching = state;
    for (const effect of effects) {
      if (effect.kind === 'choose') await this.#stepFetching({ kind: 'item', item: await this.#nextToFetch() });
      else this.#send({ ...effect, kind: 'blob-ask' });
    }
  }

  async #nextToFetch(): Promise<BlobFetching['item']> {
    const { attachments, fetchMaxBytes } = this.#parts;
    await attachments.confirmAll();
    return attachments.nextToFetch(this.#absent, fetchMaxBytes);
  }

  #elapsed(): number {
    const sentAtMs = this.#sentAtMs.shift();
    return sentAtMs === undefined ? 0 : this.#parts.clock.monotonic() - sentAtMs;
  }
}
