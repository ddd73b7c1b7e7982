import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** The time between two attempts. */
export const PAUSE_MS = 250;

/** How many attempts there are before it is called a failure. */
export const ATTEMPTS = 40;

/**
 * Does something over a link that may be cut just now, again and again while it fails with a transient error. Throws any other
 * error, the fortieth transient one, and the signal's reason.
 */
export async function untilItGoes<Result>(
  work: () => Promise<Result>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof HagguiError && error.kind === 'transient';
      if (!mayPass || attempt === ATTEMPTS) throw error;
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}
