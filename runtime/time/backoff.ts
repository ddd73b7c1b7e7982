/** How waits grow: the n-th is drawn from 0 to min(maxMs, initialMs × factor^n). */
export type BackoffOptions = { readonly initialMs: number; readonly maxMs: number; readonly factor?: number };

/** A growing wait. */
export type Backoff = {
  /** The next wait in milliseconds. */
  next(): number;
  /** Starts again from the first wait: call it when something worked. */
  reset(): void;
};

/**
 * Exponential back-off with full jitter, so that nodes cut off together do not come back together.
 * `random` gives numbers in [0, 1). Source: Brooker, "Exponential Backoff And Jitter", AWS 2015.
 */
export const backoff = ({ initialMs, maxMs, factor = 2 }: BackoffOptions, random: () => number): Backoff => {
  let attempt = 0;
  return {
    next: () => {
      const ceiling = Math.min(maxMs, initialMs * factor ** attempt);
      attempt += 1;
      return Math.floor(random() * ceiling);
    },
    reset: () => {
      attempt = 0;
    },
  };
};
