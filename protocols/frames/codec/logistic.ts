/** Logits are in 1/256, from -{@link LOGIT_LIMIT} to +{@link LOGIT_LIMIT}: probabilities down to 1/65,536. */
export const LOGIT_LIMIT = 2815;

/** The two directions of the logistic function as tables. */
export type LogisticTables = {
  /** Logit + LOGIT_LIMIT → probability in 1/65,536, from 1 to 65,535. */
  readonly squash: Uint16Array;
  /** Probability in 1/16,384 → logit. */
  readonly stretch: Int16Array;
};

/** e^(1/256) in 1/2^64: with it and integers alone every machine makes the same tables. */
const STEP = 18_518_942_588_666_869_714n;

/** Makes the tables, with integers alone: a few milliseconds. */
export function logisticTables(): LogisticTables {
  const squash = new Uint16Array(2 * LOGIT_LIMIT + 1);
  const one = 1n << 64n;
  let power = one;
  for (let logit = 0; logit <= LOGIT_LIMIT; logit++) {
    const p = Number((power * 65_536n + (power + one) / 2n) / (power + one));
    squash[LOGIT_LIMIT + logit] = Math.min(65_535, p);
    squash[LOGIT_LIMIT - logit] = Math.max(1, 65_536 - p);
    power = (power * STEP) >> 64n;
  }
  const stretch = new Int16Array(16_384);
  let logit = -LOGIT_LIMIT;
  for (let p = 0; p < stretch.length; p++) {
    while (logit < LOGIT_LIMIT && (squash[LOGIT_LIMIT + logit] as number) < p * 4 + 2) logit++;
    stretch[p] = logit;
  }
  return { squash, stretch };
}
