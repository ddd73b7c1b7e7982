import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';

/** What was refused, over which carrier and from where: a telephone number, an address, a folder, a facility that proved itself. */
export type Refusal = { readonly carrier: 'https' | 'usb' | 'sms'; readonly source: string; readonly code: string };

/** What notes refusals is made of. `recordRefusal` puts one entry into the audit trail. */
export type RefusedFramesOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly recordRefusal: (refusal: Refusal) => void | Promise<void>;
};

const HOUR_MS = 60 * 60 * 1000;
/** Whoever forges may take a new sender for each frame: beyond so many in an hour they are one. */
const MAX_SOURCES = 256;
const OTHERS = 'others';

/**
 * Audits frames that are refused, once for each source and hour: whoever sends a million forged ones fills neither disk nor log.
 * Never throws: a refusal that cannot be recorded is logged.
 */
export class RefusedFrames {
  readonly #options: RefusedFramesOptions;
  readonly #notedAt = new Map<string, number>();

  constructor(options: RefusedFramesOptions) {
    this.#options = options;
  }

  /** Notes one refusal. */
  note(refusal: Refusal): void {
    const { clock, log, recordRefusal } = this.#options;
    const now = clock.monotonic();
    for (const [place, at] of this.#notedAt) if (now - at >= HOUR_MS) this.#notedAt.delete(place);
    const place = placeOf(refusal);
    const isKnown = this.#notedAt.has(place);
    const noted = isKnown || this.#notedAt.size < MAX_SOURCES ? refusal : { ...refusal, source: OTHERS };
    if (this.#notedAt.has(placeOf(noted))) return;
    this.#notedAt.set(placeOf(noted), now);
    log.warn('frame.refused', { carrier: noted.carrier, code: noted.code });
    const failed = (error: unknown): void => log.error('frame.refusal-not-recorded', { error });
    try {
      void Promise.resolve(recordRefusal(noted)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function placeOf({ carrier, source }: Refusal): string {
  return `${carrier} ${source}`;
}
