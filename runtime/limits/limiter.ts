import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import type { HagguiError } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';

/** How many attempts under one key, within how many seconds of the first; `name` keeps the keys of limits apart. */
export type Limit = { readonly name: string; readonly points: number; readonly seconds: number };

/** Makes a limiter, which counts wherever its daemon keeps such things. */
export type LimiterMaker = (limit: Limit) => Limiter;

/** Longer than any limit of ours: what is left longer comes of a clock that was set back. */
const LONGEST_MS = 24 * 3600_000;

/** Counts attempts under keys and refuses those beyond its limit, until the time that began with the first is over. */
export class Limiter {
  readonly #counted: RateLimiterAbstract;

  constructor(counted: RateLimiterAbstract) {
    this.#counted = counted;
  }

  /** Counts an attempt before it is made: many at once are not all the first. Throws SH-A005 beyond the limit. */
  async take(key: string): Promise<void> {
    try {
      await this.#counted.consume(key);
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      throw failTooMany((refused as RateLimiterRes).msBeforeNext);
    }
  }

  /** Throws SH-A005 where nothing is left, and counts nothing. */
  async check(key: string): Promise<void> {
    const known = await this.#counted.get(key);
    // A point less than none: the next one would be refused.
    if (known !== null && known.msBeforeNext > 0 && known.consumedPoints >= this.#counted.points)
      throw failTooMany(known.msBeforeNext);
  }

  /** Forgets what was counted under a key. */
  async forget(key: string): Promise<void> {
    await this.#counted.delete(key);
  }

  /** Takes back an attempt that {@link take} counted: it was none. */
  async giveBack(key: string): Promise<void> {
    await this.#counted.reward(key);
  }
}

/** Limiters that live as long as the process: a restart forgives. */
export const memoryLimiters: LimiterMaker = (limit) => new Limiter(new RateLimiterMemory(optionsOf(limit)));

/** A statement and its values; rejects when the database does not answer. */
export type LimiterQuery = (
  text: string,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number }>;

/**
 * Limiters in a table `rate_limit` of that schema: the same for every process, and after a restart. While the database does not
 * answer, each process counts for itself.
 */
export function postgresLimiters({
  query,
  schema,
}: {
  readonly query: LimiterQuery;
  readonly schema: string;
}): LimiterMaker {
  // Its names for prepared statements are left out: connections that are wiped between two uses forget them.
  const storeClient = {
    query: ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) => query(text, values),
  };
  return (limit) =>
    new Limiter(
      new RateLimiterPostgres({
        ...optionsOf(limit),
        ...{ storeClient, storeType: 'client', schemaName: schema, tableName: 'rate_limit', tableCreated: true },
        // Who goes on asking costs no statement each time.
        inMemoryBlockOnConsumed: limit.points + 1,
        insuranceLimiter: new RateLimiterMemory(optionsOf(limit)),
      }),
    );
}

function optionsOf({ name, points, seconds }: Limit) {
  return { keyPrefix: name, points, duration: seconds };
}

/** SH-A005: when to come again is in the words and in `Retry-After`. */
export function failTooMany(waitMs: number): HagguiError {
  const retryAfterSeconds = Math.max(1, Math.ceil(Math.min(waitMs, LONGEST_MS) / 1000));
  const [fr, en] =
    retryAfterSeconds < 120
      ? [`${retryAfterSeconds} s`, `${retryAfterSeconds} s`]
      : [`${Math.ceil(retryAfterSeconds / 60)} minutes`, `${Math.ceil(retryAfterSeconds / 60)} minutes`];
  return failRuntime('SH-A005', {
    retryAfterSeconds,
    why: { fr: `Prochain essai possible dans ${fr}.`, en: `The next attempt is possible in ${en}.` },
  });
}
