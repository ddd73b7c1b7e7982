import type { Sign, Signed, Witnessed } from '@santehaggui/protocols/frames/sign-messages.ts';
import type { Service, ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { WitnessService } from '../audit/witness-service.ts';
import { Pause } from './pause.ts';

/** A live connection, as this service needs it. */
export type SigningSession = {
  sign(sign: Sign): Promise<Signed>;
  witnessed(word: Witnessed): void;
};

/** What the service is made of; `session` gives the connection on which nothing waits any more, if there is one. */
export type SigningParts = {
  readonly witness: Pick<WitnessService, 'converse'>;
  readonly session: () => SigningSession | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** When a node shows its trail: what it knows of the last time, in milliseconds on the monotonic clock. */
export type SigningOccasion = {
  readonly nowMs: number;
  readonly shownMs: number | null;
  readonly failures: number;
  readonly failedMs: number;
};

/** Whether it is time: at the first connection of a start, then every hour; after a failure later and later, for the link may be too short-lived. */
export function isTimeToSign({ nowMs, shownMs, failures, failedMs }: SigningOccasion): boolean {
  if (failures > 0 && nowMs - failedMs < Math.min(HOUR_MS, MINUTE_MS * 2 ** (failures - 1))) return false;
  return shownMs === null || nowMs - shownMs >= HOUR_MS;
}

/** Shows the audit trail to the hub once all changes are safe there, at most hourly (docs/protocol.md, 11.5). */
export class SigningService implements Service {
  readonly name = 'signing';
  readonly #parts: SigningParts;
  readonly #pause: Pause;
  #shownMs: number | null = null;
  #failures = 0;
  #failedMs = 0;
  #underWay: Promise<void> | undefined;

  constructor(parts: SigningParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock);
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    ready();
    while (!signal.aborted) {
      await this.#look();
      await this.#pause.wait(MINUTE_MS, { signal, hasFailed: false });
    }
  }

  /** Looks whether it is time: called when nothing waits any more on a connection. */
  wake(): void {
    this.#pause.wake();
  }

  /** Shows the trail now, if there is a connection; a failure is for the next time. */
  now(): Promise<void> {
    this.#underWay ??= this.#show().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #look(): Promise<void> {
    const occasion = { shownMs: this.#shownMs, failures: this.#failures, failedMs: this.#failedMs };
    if (isTimeToSign({ ...occasion, nowMs: this.#parts.clock.monotonic() })) await this.now();
  }

  async #show(): Promise<void> {
    const { witness, session, clock, log } = this.#parts;
    const live = session();
    if (live === undefined) return;
    try {
      const problems = await witness.converse(
        (sign) => live.sign(sign),
        (word) => live.witnessed(word),
      );
      this.#failures = 0;
      this.#shownMs = clock.monotonic();
      log.info('uplink.signed', { problems });
    } catch (error) {
      this.#failures += 1;
      this.#failedMs = clock.monotonic();
      log.info('uplink.not-signed', { why: (error as Error).message });
    }
  }
}
