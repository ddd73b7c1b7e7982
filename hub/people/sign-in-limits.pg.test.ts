import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { startTestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { loginsOfUrl } from '../database/database-logins.ts';
import { HubDatabase } from '../database/hub-database.ts';
import { prepareDatabase } from '../database/prepare-database.ts';
import { SignInLimits } from './sign-in-limits.ts';

const attempt = { login: 'issa', address: '41.73.0.1' };
const tooMany = { code: 'SH-A005' };

describe('limits on signing in at the hub', () => {
  it('are one for all its processes, and go on in each while the database does not answer', async () => {
    await using server = await startTestPostgres();
    const passwords = { service: 'a', api: 'b' };
    await prepareDatabase({ admin: server.pool(), passwords, clock: systemClock, log: recordingLog().log });
    const log = recordingLog();
    const databases = [1, 2].map(() => new HubDatabase(loginsOfUrl(server.url, passwords), log.log));
    const [one, other] = databases.map((database) => new SignInLimits(database.limiters()));
    for (let index = 0; index < 4; index++) {
      await one!.begin(attempt);
      await other!.begin(attempt);
    }
    await expect(one!.begin(attempt)).rejects.toMatchObject(tooMany);
    await expect(other!.begin(attempt)).rejects.toMatchObject(tooMany);
    await other!.begin({ ...attempt, address: '41.73.0.2' });

    const right = { login: 'binta', address: '41.73.0.3' };
    for (let index = 0; index < 80; index++) {
      await one!.begin(right);
      await one!.succeeded(right);
    }

    for (let index = 0; index < 100; index++) await one!.begin({ login: 'oumou', address: `41.73.1.${index}` });
    await expect(one!.begin({ login: 'oumou', address: '41.73.2.1' })).rejects.toMatchObject(tooMany);
    for (let index = 0; index < 8; index++) await one!.begin({ login: 'oumou', address: null });
    await expect(one!.begin({ login: 'oumou', address: null })).rejects.toMatchObject(tooMany);

    const from = '41.73.3.1';
    const invented = Array.from({ length: 60 }, (_, index) => `invented${index}`);
    for (const login of invented) await one!.begin({ login, address: from });
    await expect(one!.begin({ login: 'another', address: from })).rejects.toMatchObject(tooMany);
    const { rows } = await server.pool().query('select key from hub.rate_limit where key like $1', ['%another%']);
    expect(rows).toEqual([]);

    expect(log.events()).not.toContain('limits.not-shared');

    await Promise.all(databases.map((database) => database.close()));
    for (let index = 0; index < 8; index++) await one!.begin({ ...attempt, login: 'awa' });
    await expect(one!.begin({ ...attempt, login: 'awa' })).rejects.toMatchObject(tooMany);
  });
});
