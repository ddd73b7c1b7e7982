import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { REVOKED } from '@santehaggui/protocols/enrolment/revoked.ts';
import { framesOfOneBody, POSTED } from '@santehaggui/protocols/frames/posted-frames.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { ExchangeEndpoint } from './exchange-endpoint.ts';
import type { ExchangeSession } from './exchange-session.ts';

/** What exchanges by POST are made of. */
export type PostedExchangeOptions = {
  readonly exchange: ExchangeEndpoint;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
};

/** One request: `id` undefined begins a conversation; without frames it waits for some. */
export type PostedRequest = {
  readonly id: string | undefined;
  /** The address that asks. */
  readonly from: string;
  readonly frames: readonly Uint8Array[];
  readonly waitMs: number;
};

/** The hub's frames, in order, each answered once. */
export type PostedAnswer = { readonly id: string; readonly frames: readonly Uint8Array[] };

/** What is sent within so many milliseconds of the first frame goes into the same answer. */
const GATHER_MS = 15;
const GREETING_MS = 15_000;

/**
 * The exchange over plain HTTP, for proxies that break WebSockets: the same sessions, each conversation under a random name.
 * A request with frames is answered at once; the hub's own frames leave only in answers to requests without any, of which
 * one is open at a time, and in the answer to the first: so they stay in order. A conversation whose request or answer was
 * lost is dead, and the next HELLO settles where to go on.
 */
export class PostedExchange {
  readonly #options: PostedExchangeOptions;
  readonly #conversations = new Map<string, Conversation>();

  constructor(options: PostedExchangeOptions) {
    this.#options = options;
  }

  /** Takes a request. Throws SH-N301 for a conversation that is not, or no longer, open. */
  async post({ id, from, frames, waitMs }: PostedRequest): Promise<PostedAnswer> {
    if (id === undefined) return this.#begin(from, frames);
    const conversation = this.#conversations.get(id);
    if (conversation === undefined) throw failHub('SH-N301');
    conversation.touch();
    if (frames.length === 0) {
      const waiting = await conversation.take(waitMs);
      if (waiting.length === 0 && conversation.isClosed()) throw failHub('SH-N301', { why: conversation.reason() });
      return { id, frames: waiting };
    }
    conversation.receive(frames);
    await conversation.untilReading();
    return { id, frames: [] };
  }

  async #begin(from: string, frames: readonly Uint8Array[]): Promise<PostedAnswer> {
    const id = toHex(this.#options.randomBytes(16));
    const conversation = new Conversation({ ...this.#options, from }, () => this.#conversations.delete(id));
    this.#conversations.set(id, conversation);
    conversation.receive(frames);
    const answer = await conversation.take(GREETING_MS);
    if (answer.length > 0) return { id, frames: answer };
    conversation.end('no HELLO');
    throw failHub(conversation.reason() === REVOKED ? 'SH-A382' : 'SH-N301', { why: conversation.reason() });
  }
}

type ConversationOptions = PostedExchangeOptions & { readonly from: string };

class Conversation {
  readonly #options: ConversationOptions;
  readonly #session: ExchangeSession;
  readonly #onGone: () => void;
  #outgoing: Uint8Array[] = [];
  #wake: () => void = () => {};
  #newerTake: () => void = () => {};
  #resume: (() => void) | undefined;
  #reading: Promise<void> = Promise.resolve();
  #expiry: AbortController = new AbortController();
  #reason: string | undefined;

  constructor(options: ConversationOptions, onGone: () => void) {
    this.#options = options;
    this.#onGone = onGone;
    this.#session = options.exchange.open({
      from: options.from,
      send: (frame) => {
        this.#outgoing.push(frame);
        this.#wake();
      },
      close: (_code, reason) => this.#close(reason),
      pause: () => {
        if (this.#resume !== undefined) return;
        this.#reading = new Promise((resolve) => {
          this.#resume = resolve;
        });
      },
      resume: () => {
        this.#resume?.();
        this.#resume = undefined;
      },
    });
    this.touch();
  }

  isClosed(): boolean {
    return this.#reason !== undefined;
  }

  reason(): string {
    return this.#reason ?? '';
  }

  /** Tells that the node is still there. */
  touch(): void {
    this.#expiry.abort();
    const expiry = new AbortController();
    this.#expiry = expiry;
    this.#options.clock.sleep(POSTED.idleSeconds * 1000, expiry.signal).then(
      () => this.end('nothing came for too long'),
      () => {},
    );
  }

  receive(frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.#session.receive(frame);
  }

  /** Resolves when the session takes more. */
  untilReading(): Promise<void> {
    return this.#reading;
  }

  /** The frames that are to go, once there are any; none after the wait, when it has ended, or when a newer call came. */
  async take(waitMs: number): Promise<readonly Uint8Array[]> {
    this.#newerTake();
    let isDisplaced = false;
    const until = new AbortController();
    this.#newerTake = () => {
      isDisplaced = true;
      until.abort();
    };
    this.#wake = () => until.abort();
    if (this.#outgoing.length === 0 && !this.isClosed())
      await this.#options.clock.sleep(waitMs, until.signal).catch(() => {});
    if (isDisplaced) return [];
    if (this.#outgoing.length > 0 && !this.isClosed()) await this.#options.clock.sleep(GATHER_MS);
    if (isDisplaced) return [];
    const frames = framesOfOneBody(this.#outgoing);
    this.#outgoing = this.#outgoing.slice(frames.length);
    return frames;
  }

  /** Ends it: nobody will come for what is still to be said. */
  end(reason: string): void {
    this.#close(reason);
    this.#expiry.abort();
    this.#onGone();
  }

  // What the hub still had to say is kept until it is fetched, or until nobody came for it.
  #close(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#options.exchange.forget(this.#session);
    this.#resume?.();
    this.#wake();
  }
}
