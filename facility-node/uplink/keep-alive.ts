import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Connection } from './carriers/carrier.ts';
import type { ExchangeSession } from './exchange-session.ts';

/** What keeps one connection honest. */
export type KeepAliveOptions = {
  readonly connection: Connection;
  readonly session: ExchangeSession;
  readonly clock: Clock;
  readonly config: { readonly keepaliveSeconds: number; readonly timeoutSeconds: number };
  /** Aborts when the connection has ended. */
  readonly signal: AbortSignal;
};

/**
 * Pings a silent connection, and ends one that stays silent, that never greets, or whose frames are not acknowledged: a
 * mobile network drops connections without telling either end.
 */
export async function keepAlive({ connection, session, clock, config, signal }: KeepAliveOptions): Promise<void> {
  const keepaliveMs = config.keepaliveSeconds * 1000;
  const timeoutMs = config.timeoutSeconds * 1000;
  const openedMs = clock.monotonic();
  let waitingSinceMs: number | undefined;
  let acknowledged = -1;
  while (!signal.aborted) {
    await clock.sleep(Math.min(keepaliveMs, timeoutMs) / 2, signal).catch(() => {});
    if (signal.aborted) return;
    const now = clock.monotonic();
    const state = session.state();
    const silentMs = now - connection.lastHeardMs();
    if (!session.wasLive() && now - openedMs > timeoutMs) connection.close('the hub did not greet');
    else if (silentMs > keepaliveMs + timeoutMs) connection.close('the hub fell silent');
    else if (silentMs >= keepaliveMs) connection.ping();

    if (state.inFlight.length === 0 || state.acknowledged !== acknowledged) waitingSinceMs = now;
    acknowledged = state.acknowledged;
    // A frame may take its time on a slow link, but some answer must come.
    if (now - (waitingSinceMs ?? now) > 4 * timeoutMs) connection.close('the hub does not acknowledge');
  }
}
