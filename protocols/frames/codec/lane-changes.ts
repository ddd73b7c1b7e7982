import type { CarriedChange } from '../messages.ts';
import type { ChangesCodec, EncodedBody, Writing } from './codec.ts';
import type { FrameContext } from './frame-memory.ts';

/**
 * The bodies of the CHANGES frames of one connection in one direction: each begins where the one before ended, which both ends
 * know, since a connection gives frames in their order.
 */
export class LaneChanges {
  readonly #codec: ChangesCodec;
  #context: FrameContext;

  constructor(codec: ChangesCodec, context: FrameContext) {
    this.#codec = codec;
    this.#context = context;
  }

  /** The body that these changes would have next; {@link sent} makes it so. */
  prepare(changes: readonly CarriedChange[], writing: Omit<Writing, 'context'>): EncodedBody {
    return this.#codec.encode(changes, { ...writing, context: this.#context });
  }

  /** Notes that a prepared body is the next one. */
  sent({ after }: EncodedBody): void {
    this.#context = after;
  }

  /** The changes of the next body. Throws MalformedMessage. */
  receive(body: Uint8Array): readonly CarriedChange[] {
    const { changes, after } = this.#codec.decode(body, this.#context);
    this.#context = after;
    return changes;
  }
}
