import type { HagguiError } from '../errors/haggui-error.ts';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';

/** A request that was refused, and where it came from. */
export type RefusedRequest = {
  readonly requestId: string;
  readonly address: string | undefined;
  readonly method: string;
  /** Its template; null where there is no such route. */
  readonly route: string | null;
};

const HOUR_MS = 3600_000;
/** Whoever tries may take another address each time: beyond so many in an hour they are one. */
const MAX_PLACES = 256;

/**
 * Logs requests that were refused, whatever for: a session or a right that is missing, a body that no form sends, a limit. Once an hour
 * for each address and code, so that whoever sends a million of them fills no disk; the next line says how many there were.
 */
export class ToldRefusals {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #told = new Map<string, { readonly atMs: number; more: number }>();

  constructor({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Notes one refusal. */
  note({ requestId, address = 'local', method, route }: RefusedRequest, { code, status }: HagguiError): void {
    const now = this.#clock.monotonic();
    const isNew = this.#told.has(`${code} ${address}`) || this.#told.size < MAX_PLACES;
    const place = isNew ? `${code} ${address}` : `${code} others`;
    const known = this.#told.get(place);
    if (known !== undefined && now - known.atMs < HOUR_MS) {
      known.more++;
      return;
    }
    for (const [key, { atMs }] of this.#told) if (now - atMs >= HOUR_MS && key !== place) this.#told.delete(key);
    this.#told.set(place, { atMs: now, more: 0 });
    const before = known === undefined || known.more === 0 ? {} : { alsoBefore: known.more };
    const from = place.slice(code.length + 1);
    this.#log.warn('http.refused-request', { requestId, code, status, address: from, method, route, ...before });
  }
}
