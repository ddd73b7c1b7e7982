import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { startTestPostgres, type TestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loginsOfUrl } from '../database/database-logins.ts';
import { HubDatabase } from '../database/hub-database.ts';
import { prepareDatabase } from '../database/prepare-database.ts';
import type { Sql } from '../database/sql.ts';
import { type Consumer, EmbeddedBus } from './embedded-bus.ts';

const PASSWORDS = { service: 'a', api: 'b' };
const IDS = ['00000000-0000-8000-8000-00000000000a', '00000000-0000-8000-8000-00000000000b'];
const { log } = recordingLog();

let server: TestPostgres;
let database: HubDatabase;

beforeAll(async () => {
  server = await startTestPostgres();
  await prepareDatabase({ admin: server.pool(), passwords: PASSWORDS, clock: systemClock, log });
  database = new HubDatabase(loginsOfUrl(server.url, PASSWORDS), log);
  for (const code of ['good', 'bad']) {
    await server.pool({ max: 1 }).query(
      `insert into hub.facility (code, record_id, name, kind, region, created_at, schema_version, views_hash)
       values ($1, gen_random_uuid(), $1, 'cscom', 'Mopti', now(), 1, '')`,
      [code],
    );
  }
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(() => database.transaction((sql) => sql.query('delete from hub.outbox')));

function busOf(...consumers: Consumer[]): EmbeddedBus {
  return new EmbeddedBus({ database, consumers, clock: systemClock, log });
}

function publish(bus: EmbeddedBus, facility: string, records: readonly string[] = IDS): Promise<void> {
  return database.transaction((sql) => bus.publish(sql, [{ facility, records }], new Date()));
}

/** An effect in the database that goes with the event or not at all. */
async function mark(sql: Sql, facility: string): Promise<void> {
  await sql.query('update hub.facility set feed_length = feed_length + 1 where code = $1', [facility]);
}

async function marks(facility: string): Promise<number> {
  const { rows } = await database.transaction((sql) =>
    sql.query<{ length: string }>('select feed_length as length from hub.facility where code = $1', [facility]),
  );
  return Number(rows[0]?.length);
}

describe('the embedded bus', () => {
  it('hands over what was published, in order, to every consumer, once', async () => {
    const seen: string[] = [];
    const consumer =
      (name: string): Consumer =>
      async (_sql, events) => {
        for (const { facility, records } of events) seen.push(`${name} ${facility} ${records.length}`);
      };
    const bus = busOf(consumer('a'), consumer('b'));
    await publish(bus, 'good');
    await publish(bus, 'bad', [IDS[0] as string]);
    await publish(bus, 'good', []);
    await bus.drain();
    await bus.drain();
    expect(seen).toEqual(['a good 2', 'a bad 1', 'b good 2', 'b bad 1']);
    expect(await bus.waiting()).toEqual({ waiting: 0, setAside: 0 });
  });

  it('publishes nothing that was rolled back', async () => {
    const bus = busOf(async () => {});
    const failed = database.transaction(async (sql) => {
      await bus.publish(sql, [{ facility: 'good', records: IDS }], new Date());
      throw new RangeError('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await bus.waiting()).toEqual({ waiting: 0, setAside: 0 });
  });

  it('keeps an event and undoes its effects when a consumer fails, sets it aside after five times, and goes on with the rest', async () => {
    const before = { good: await marks('good'), bad: await marks('bad') };
    const bus = busOf(async (sql, events) => {
      for (const { facility } of events) {
        await mark(sql, facility);
        if (facility === 'bad') throw new TypeError('cannot');
      }
    });
    await publish(bus, 'bad');
    await publish(bus, 'good');
    await bus.drain();
    expect(await marks('good')).toBe(before.good + 1);
    expect(await bus.waiting()).toEqual({ waiting: 1, setAside: 0 });
    for (let attempt = 0; attempt < 5; attempt++) await bus.drain();
    expect(await bus.waiting()).toEqual({ waiting: 1, setAside: 1 });
    expect(await marks('bad')).toBe(before.bad);
  });
});
