import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import type { OutboxEvent } from './outbox-event.ts';
import {
  appendOutbox,
  countOutbox,
  noteOutboxFailure,
  oldestOutbox,
  takeOutbox,
  takeOutboxEvent,
} from './outbox-store.ts';

/** What a consumer does with events; its writes go into the transaction that takes them off the queue. */
export type Consumer = (sql: Sql, events: readonly OutboxEvent[]) => Promise<void>;

/** What the bus is made of. */
export type EmbeddedBusOptions = {
  readonly database: HubDatabase;
  readonly consumers: readonly Consumer[];
  readonly clock: Clock;
  readonly log: Log;
};

const BATCH = 200;
/** How long an event waits at most when its announcement was lost with a connection. */
const POLL_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * The outbox table as a queue inside this process. Events are written in the transaction of what they tell, and taken off
 * in the transaction of what consumers make of them: each has its effect exactly once, whatever dies in between.
 */
export class EmbeddedBus {
  readonly #options: EmbeddedBusOptions;
  #wake: () => void = () => {};

  constructor(options: EmbeddedBusOptions) {
    this.#options = options;
  }

  /** Adds events in the caller's transaction. */
  publish(sql: Sql, events: readonly Omit<OutboxEvent, 'id'>[], at: Date): Promise<void> {
    return appendOutbox(sql, events, at);
  }

  /** How many events wait, those set aside included, and how many are set aside. */
  waiting(): Promise<{ readonly waiting: number; readonly setAside: number }> {
    return this.#options.database.transaction(countOutbox, { isReadOnly: true });
  }

  /** Looks at the queue now. */
  wake(): void {
    this.#wake();
  }

  /**
   * Hands all that waits to the consumers. Where one fails on a batch the events are handed over one by one, so that a bad
   * one keeps back nothing but itself.
   */
  async drain(): Promise<void> {
    const { database, log } = this.#options;
    for (let taken = BATCH; taken === BATCH; ) {
      try {
        taken = await database.transaction(async (sql) => this.#consume(sql, await takeOutbox(sql, BATCH)));
      } catch (error) {
        log.error('events.batch-failed', { error });
        await this.#drainSingly();
        return;
      }
    }
  }

  async #drainSingly(): Promise<void> {
    const { database, log } = this.#options;
    for (const id of await database.transaction((sql) => oldestOutbox(sql, BATCH))) {
      try {
        await database.transaction(async (sql) => {
          const event = await takeOutboxEvent(sql, id);
          return this.#consume(sql, event === undefined ? [] : [event]);
        });
      } catch (error) {
        log.error('events.event-failed', { id, error });
        await database.transaction((sql) => noteOutboxFailure(sql, id));
      }
    }
  }

  async #consume(sql: Sql, events: readonly OutboxEvent[]): Promise<number> {
    if (events.length > 0) for (const consume of this.#options.consumers) await consume(sql, events);
    return events.length;
  }

  /** The service that drains the queue whenever it is woken, and every few seconds in any case. */
  service(): Service {
    const { clock, log } = this.#options;
    return {
      name: 'events',
      run: async ({ signal, ready }) => {
        ready();
        while (!signal.aborted) {
          const { promise: woken, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          const drained = await this.drain().then(
            () => true,
            (error: unknown) => {
              log.error('events.failed', { error });
              return false;
            },
          );
          const sleeping = new AbortController();
          const nap = clock.sleep(drained ? POLL_MS : RETRY_MS, sleeping.signal).catch(() => {});
          // After a failure a wake-up would only bring the next failure sooner.
          await Promise.race([nap, aborted(signal), ...(drained ? [woken] : [])]);
          sleeping.abort();
        }
      },
    };
  }
}
