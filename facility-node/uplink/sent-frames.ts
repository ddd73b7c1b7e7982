import type { Ack } from '@santehaggui/protocols/frames/messages.ts';
import { coversRange } from '@santehaggui/protocols/frames/ranges.ts';

type SentFrame = { readonly from: number; readonly upTo: number; readonly ms: number };

/** When the frames of a connection were sent that are not yet acknowledged, on the monotonic clock. */
export class SentFrames {
  #frames: readonly SentFrame[] = [];

  /** Notes one. */
  add(frame: SentFrame): void {
    this.#frames = [...this.#frames, frame];
  }

  /** How long the oldest of the frames that an acknowledgement speaks of was under way; those are forgotten. */
  elapsedOf({ upTo, beyond }: Ack, nowMs: number): number {
    const isSpokenOf = (sent: SentFrame): boolean =>
      sent.upTo <= upTo || coversRange(beyond, { from: sent.from, to: sent.upTo });
    const oldest = this.#frames.find(isSpokenOf);
    this.#frames = this.#frames.filter((sent) => !isSpokenOf(sent));
    return oldest === undefined ? 0 : nowMs - oldest.ms;
  }
}
