import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { HealthCheck } from '@santehaggui/protocols/api/admin-api.ts';
import { hashPassword } from '@santehaggui/runtime/passwords/password.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';
import { AccountStore } from '../people/account-store.ts';
import { DoctorService } from './doctor-service.ts';
import type { HealthService } from './health-service.ts';

const noHealth = { checks: () => [{ name: 'link', state: 'ok', detail: '' }] } as unknown as HealthService;

const examine = async (
  { certificates, people, node, clock }: TestClinic,
  language: 'fr' | 'en' = 'fr',
  inClear: Readonly<Record<string, boolean>> = { 'lan.plainHttp': false },
): Promise<Readonly<Record<string, HealthCheck>>> => {
  const { directory, ring } = node;
  const doctor = new DoctorService({
    ...{ health: noHealth, certificates, people, clock, dataRoot: directory.root, lowDiskMegabytes: 1, inClear },
    database: () => ({ path: directory.databaseFile, ...ring.current() }),
  });
  return Object.fromEntries((await doctor.examine(language)).map((check) => [check.name, check]));
};

const member = { role: 'nurse', familyName: 'Dolo' } as const;

describe('doctor', () => {
  it('reads every page of the database and finds one whose bits have flipped', async () => {
    await using clinic = await openTestClinic();
    clinic.store.db.pragma('wal_checkpoint(truncate)');
    expect((await examine(clinic)).integrity).toMatchObject({ state: 'ok' });
    const { databaseFile } = clinic.node.directory;
    const { length } = readFileSync(databaseFile);
    const file = openSync(databaseFile, 'r+');
    for (let at = 8192 + 100; at < length; at += 4096) writeSync(file, Buffer.from([0xff, 0x5a, 0x11]), 0, 3, at);
    closeSync(file);
    const { integrity } = await examine(clinic);
    expect(integrity).toMatchObject({ state: 'failing', remedy: expect.stringContaining('sauvegarde') });
  });

  it('names who has a password that everybody tries first, and nobody else', async () => {
    await using clinic = await openTestClinic();
    const accounts = new AccountStore(clinic.store.db);
    // Of a time when such a password was taken.
    for (const [login, former] of [
      ['awa', 'azertyui'],
      ['fanta', 'fanta111'],
      ['yaya', TEST_PASSWORD],
    ] as const) {
      await clinic.people.createAccount({ ...member, login, password: TEST_PASSWORD });
      const { id } = accounts.withLogin(login)!;
      accounts.setPassword(id, await hashPassword(former, { memoryKiB: 8, passes: 1, lanes: 1 }), null);
    }
    const { secrets } = await examine(clinic);
    expect(secrets).toMatchObject({ state: 'failing', detail: expect.stringMatching(/: awa, fanta$/) });
  });

  it('names the settings that let data go over the LAN in clear', async () => {
    await using clinic = await openTestClinic();
    expect((await examine(clinic)).encryption).toMatchObject({ state: 'ok' });
    const { encryption } = await examine(clinic, 'fr', { 'lan.plainHttp': false, 'broker.plain': true });
    expect(encryption).toMatchObject({ state: 'degraded', detail: expect.stringMatching(/: broker\.plain$/) });
  });

  it('tells of the certificate before it ends, in the language asked for', async () => {
    await using clinic = await openTestClinic();
    expect((await examine(clinic)).certificate?.detail).toMatch(/^cscom-sangha\.local, encore 180 jours$/);
    clinic.clock.setNow(clinic.clock.now() + 160 * 24 * 3600_000);
    expect((await examine(clinic, 'en')).certificate).toMatchObject({
      state: 'degraded',
      detail: 'good for 20 more days only',
    });
    clinic.certificates.refresh();
    expect((await examine(clinic)).certificate?.state).toBe('ok');
  });
});
