import { aborted } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** After a failure even who is woken waits so long: failures do not chase each other. */
const WOKEN_WAIT_MS = 500;

/** A wait that somebody can end. */
export class Pause {
  readonly #clock: Clock;
  #skip: (() => void) | undefined;
  #isWoken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait that is under way, or else the next one. */
  wake(): void {
    this.#isWoken = true;
    this.#skip?.();
  }

  /** Waits, unless somebody woke it since the last wait; then only a moment, where something has just failed. */
  async wait(ms: number, { signal, hasFailed }: { readonly signal: AbortSignal; readonly hasFailed: boolean }) {
    if (!this.#isWoken) {
      const skip = new AbortController();
      this.#skip = () => skip.abort();
      await this.#sleep(ms, AbortSignal.any([signal, skip.signal]));
      this.#skip = undefined;
    }
    if (this.#isWoken && hasFailed) await this.#sleep(Math.min(ms, WOKEN_WAIT_MS), signal);
    this.#isWoken = false;
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (Number.isFinite(ms)) {
      await this.#clock.sleep(ms, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    } else await aborted(signal);
  }
}
