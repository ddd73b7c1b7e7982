import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { AuthorityStore } from './authority-store.ts';
import { CertificateService, readServerCertificate } from './certificate-service.ts';
import type { Host } from './lan-names.ts';

const DAY_MS = 24 * 3600_000;
const NOON_MS = Date.UTC(2026, 10, 26, 12);

const serviceOn = (node: TestStore, clock: FakeClock, more: { host?: () => Host; names?: readonly string[] } = {}) => {
  const file = join(node.directory.root, 'lan', 'server.pem');
  const service = new CertificateService({
    db: node.db,
    file,
    facility: { code: 'cscom_sangha', name: 'CSCOM de Sangha' },
    configuredNames: more.names ?? [],
    host: more.host ?? (() => ({ hostname: 'Poste-1', addresses: ['192.168.1.10', '41.73.100.2', 'fd12::5'] })),
    clock,
    log: recordingLog().log,
  });
  service.refresh();
  const served = (): X509Certificate => new X509Certificate(service.serving()?.cert ?? '');
  return { service, served, file };
};

describe('CertificateService', () => {
  it('stands for the facility’s name, the machine’s, and its private addresses, never for a public one', async () => {
    await using node = await openTestStore();
    const { service, served } = serviceOn(node, new FakeClock(NOON_MS));
    expect(served().subjectAltName).toBe(
      'DNS:cscom-sangha.local, DNS:localhost, DNS:poste-1, DNS:poste-1.local, IP Address:127.0.0.1, IP Address:192.168.1.10, IP Address:0:0:0:0:0:0:0:1, IP Address:FD12:0:0:0:0:0:0:5',
    );
    expect(service.state().uncovered).toEqual(['41.73.100.2']);
    expect(service.card().fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(service.card().name).toBe('CSCOM de Sangha (SanteHaggui)');
  });

  it('keeps the server’s key for its owner alone, and the authority’s nowhere but in the encrypted database', async () => {
    await using node = await openTestStore();
    const { file } = serviceOn(node, new FakeClock(NOON_MS));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { privateKey = '' } = new AuthorityStore(node.db).current() ?? {};
    expect(privateKey).toContain('PRIVATE KEY');
    expect(readFileSync(file, 'utf8')).not.toContain(privateKey.split('\n')[1]);
  });

  it('is the same after a restart, and renewed under the same authority before it ends', async () => {
    await using node = await openTestStore();
    const clock = new FakeClock(NOON_MS);
    const first = serviceOn(node, clock);
    const again = serviceOn(node, clock);
    expect(again.served().serialNumber).toBe(first.served().serialNumber);
    clock.setNow(NOON_MS + 119 * DAY_MS);
    again.service.refresh();
    expect(again.served().serialNumber).toBe(first.served().serialNumber);
    clock.setNow(NOON_MS + 121 * DAY_MS);
    again.service.refresh();
    expect(again.served().serialNumber).not.toBe(first.served().serialNumber);
    expect(again.service.card()).toEqual(first.service.card());
    expect(Date.parse(again.served().validTo)).toBeGreaterThan(NOON_MS + 300 * DAY_MS);
  });

  it('is made anew when the machine is given another address, and when its dates lie ahead', async () => {
    await using node = await openTestStore();
    const clock = new FakeClock(NOON_MS);
    let addresses = ['192.168.1.10'];
    const { service, served } = serviceOn(node, clock, { host: () => ({ hostname: 'poste', addresses }) });
    const before = served().serialNumber;
    addresses = ['192.168.43.7'];
    service.refresh();
    expect(served().checkIP('192.168.43.7')).toBe('192.168.43.7');
    const moved = served().serialNumber;
    expect(moved).not.toBe(before);
    clock.setNow(NOON_MS - 30 * DAY_MS);
    service.refresh();
    expect(Date.parse(served().validFrom)).toBeLessThan(clock.now());
  });

  it('cannot be made to stand for a name that its authority was not made for', async () => {
    await using node = await openTestStore();
    const clock = new FakeClock(NOON_MS);
    serviceOn(node, clock);
    const later = serviceOn(node, clock, { names: ['dossiers.example'] });
    expect(later.service.state().uncovered).toContain('dossiers.example');
    expect(later.served().subjectAltName).not.toContain('dossiers.example');
    const old = later.service.card();
    later.service.replaceAuthority();
    expect(later.served().checkHost('dossiers.example')).toBe('dossiers.example');
    expect(later.service.card().fingerprint).not.toBe(old.fingerprint);
  });

  it('makes a certificate in place of a file that is torn or another’s', async () => {
    await using node = await openTestStore();
    const clock = new FakeClock(NOON_MS);
    const { file } = serviceOn(node, clock);
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nMII');
    expect(readServerCertificate(file)).toBeNull();
    const { served, service } = serviceOn(node, clock);
    expect(served().checkIssued(new X509Certificate(service.card().pem))).toBe(true);
    expect(readServerCertificate(file)).toEqual(service.serving());
  });

  it('is good for years to come even where the clock says 1970', async () => {
    await using node = await openTestStore();
    const { service } = serviceOn(node, new FakeClock(0));
    const authority = new X509Certificate(service.card().pem);
    expect(Date.parse(authority.validTo)).toBeGreaterThan(Date.UTC(2040, 0));
    expect(Date.parse(authority.validFrom)).toBeLessThan(NOON_MS);
  });
});
