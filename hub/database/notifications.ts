import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import pg from 'pg';

/** What is done when a channel is notified. */
export type Listeners = Readonly<Record<string, (payload: string) => void>>;

/** What listening needs. `onConnected` is called after each connection: whatever was announced before it was missed. */
export type NotificationOptions = {
  readonly connection: pg.ClientConfig;
  readonly listeners: Listeners;
  readonly onConnected: () => void;
  readonly clock: Clock;
  readonly log: Log;
};

const RETRY_MS = 500;

/** A service with one connection of its own that listens to PostgreSQL's notifications, and connects again when it is lost. */
export function notificationService({ connection, listeners, onConnected, clock, log }: NotificationOptions): Service {
  const listen = async (signal: AbortSignal): Promise<void> => {
    const client = new pg.Client(connection);
    const { promise: lost, resolve } = Promise.withResolvers<void>();
    client.on('error', (error) => {
      log.warn('database.notifications-lost', { reason: error.message });
      resolve();
    });
    client.on('end', resolve);
    client.on('notification', ({ channel, payload }) => listeners[channel]?.(payload ?? ''));
    try {
      await client.connect();
      for (const channel of Object.keys(listeners)) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      onConnected();
      await Promise.race([lost, aborted(signal)]);
    } finally {
      await client.end().catch(() => {});
    }
  };
  return {
    name: 'notifications',
    run: async ({ signal, ready }) => {
      ready();
      while (!signal.aborted) {
        await listen(signal).catch((error: unknown) =>
          log.warn('database.notifications-failed', { reason: (error as Error).message }),
        );
        if (!signal.aborted) await clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    },
  };
}
