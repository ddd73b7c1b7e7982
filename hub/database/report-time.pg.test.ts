import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { startTestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { expect, it } from 'vitest';
import { loginsOfUrl } from './database-logins.ts';
import { HubDatabase } from './hub-database.ts';
import { prepareDatabase } from './prepare-database.ts';
import type { Sql } from './sql.ts';

it('a report that takes too long is ended, told so, and leaves its connection as it was', async () => {
  await using server = await startTestPostgres();
  const passwords = { service: 'a', api: 'b' };
  const { log } = recordingLog();
  await prepareDatabase({ admin: server.pool(), passwords, clock: systemClock, log });
  const database = new HubDatabase(loginsOfUrl(server.url, passwords), log, { reportMs: 100 });
  const slow = database.report({ role: 'ministry' }, (sql) => sql.query('select pg_sleep(60)'));
  await expect(slow).rejects.toMatchObject({ code: 'SH-T303', status: 503 });
  const quick = await database.report({ role: 'ministry' }, (sql) => sql.query('select 1 as one'));
  expect(quick.rows).toEqual([{ one: 1 }]);
  await database.close();
});

it('no statement is compiled, whatever the server does for others', async () => {
  await using server = await startTestPostgres();
  const passwords = { service: 'a', api: 'b' };
  const { log } = recordingLog();
  const admin = server.pool();
  await prepareDatabase({ admin, passwords, clock: systemClock, log });
  expect((await admin.query('show jit')).rows).toEqual([{ jit: 'on' }]);
  const database = new HubDatabase(loginsOfUrl(server.url, passwords), log);
  const shown = (sql: Sql) => sql.query('show jit');
  expect((await database.transaction(shown)).rows).toEqual([{ jit: 'off' }]);
  expect((await database.report({ role: 'ministry' }, shown)).rows).toEqual([{ jit: 'off' }]);
  await database.close();
});
