import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { refuseClearDatabase } from './database-logins.ts';
import { databaseServices } from './database-services.ts';

const failure = expect.objectContaining({ code: 'SH-C318' });

describe('the URL of a PostgreSQL', () => {
  it('is refused where data would go to another machine in clear, or to a server that nobody asked who it is', () => {
    for (const url of [
      'postgres://hub@db.sante.ml/hub',
      'postgres://hub@10.0.0.7:5432/hub?sslmode=prefer',
      'postgres://hub@db.sante.ml/hub?sslmode=require',
      'postgres://hub@db.sante.ml/hub?sslmode=no-verify',
      'postgres://localhost/hub?host=db.sante.ml',
    ])
      expect(() => refuseClearDatabase(url), url).toThrow(failure);
  });

  it('is looked at before anything connects', async () => {
    const options = {
      ...{ directory: '/nowhere', url: 'postgres://hub@db.sante.ml/hub', passwordOf: () => 'p', random: () => 0 },
      ...{ freePort: () => Promise.resolve(1), clock: systemClock, log: recordingLog().log },
    };
    await expect(databaseServices(options)).rejects.toEqual(failure);
  });

  it('is taken with a verified server, on this machine, and through a socket', () => {
    for (const url of [
      'postgres://hub@db.sante.ml/hub?sslmode=verify-full&sslrootcert=/etc/ca.pem',
      'postgres://hub@db.sante.ml/hub?sslmode=verify-ca',
      'postgres://hub@127.0.0.1:5433/hub',
      'postgres://hub@localhost/hub',
      'postgresql://[::1]/hub',
      'postgresql:///hub?host=%2Frun%2Fpostgresql',
      'postgres://%2Frun%2Fpostgresql/hub',
    ])
      expect(() => refuseClearDatabase(url), url).not.toThrow();
  });
});
