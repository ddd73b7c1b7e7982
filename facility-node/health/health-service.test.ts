import type { SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { type HealthParts, HealthService, overallHealth } from './health-service.ts';

const calm: SyncStatus = {
  facility: 'cscom_sangha',
  journalSequence: 10,
  acknowledgedSequence: 10,
  pendingChanges: 0,
  oldestPendingAgeSeconds: null,
  quarantined: 0,
  conflicts: 0,
  bytesSent: 0,
  bytesReceived: 0,
  lastExchange: { at: '2026-01-05T08:00:00.000Z', ok: true, carrier: 'https' },
  exchanges: 1,
  receivedFeedSequence: 0,
  urgentPending: 0,
  attachments: { toSend: 0, toSendBytes: 0, toFetch: 0, toFetchBytes: 0, stalled: [], stalledCount: 0 },
  waitsFor: null,
  otherBranch: null,
  connected: true,
  proof: null,
  loading: null,
};

const partsOf = ({ store, timekeeper, directory }: TestStore, given: Partial<HealthParts> = {}): HealthParts => ({
  store,
  timekeeper,
  dataRoot: directory.root,
  lowDiskMegabytes: 1,
  syncStatus: () => calm,
  isEnrolled: () => true,
  hasChainProblem: () => false,
  keys: () => ({ isGenuine: true, opens: 'staff' }) as const,
  witnessProblems: () => [],
  consentProblems: () => 0,
  waitingNotes: () => 0,
  scanner: undefined,
  emergencies: () => ({ open: 0, waiting: 0, overdue: 0, beyondLimit: 0 }),
  backups: () => ({ folder: '/media/cle', lastGoodAt: 0, failure: undefined, nowMs: 3600_000 }),
  ...given,
});

const checksOf = (node: TestStore, given: Partial<HealthParts> = {}) => {
  const checks = new HealthService(partsOf(node, given)).checks();
  return { overall: overallHealth(checks), named: Object.fromEntries(checks.map((check) => [check.name, check])) };
};

describe('HealthService', () => {
  it('finds nothing wrong with a node in order', async () => {
    await using node = await openTestStore();
    const { overall, named } = checksOf(node);
    expect(overall).toBe('ok');
    expect(Object.values(named).some(({ remedy }) => remedy !== undefined)).toBe(false);
  });

  it('tells of an antivirus that is there or not, and of none where none is configured', async () => {
    await using node = await openTestStore();
    const antivirus = (isThere: boolean | null) =>
      checksOf(node, { scanner: { isThere: () => isThere } }).named.antivirus;
    expect(checksOf(node).named.antivirus).toBeUndefined();
    expect(antivirus(null)).toBeUndefined();
    expect(antivirus(true)).toMatchObject({ state: 'ok' });
    expect(antivirus(false)).toMatchObject({ state: 'failing', remedy: expect.stringContaining('clamav-daemon') });
  });

  it('names the attachment that has been waiting longest, since when and why', async () => {
    await using node = await openTestStore();
    const waiting = { record: 'a0000000-0000-8000-8000-000000000001', isToHub: true, size: 9000, carried: 100 };
    const stalled = [{ ...waiting, ageSeconds: 5 * 24 * 3600 + 60, why: 'later' as const }];
    const syncStatus = () => ({ ...calm, attachments: { ...calm.attachments, stalled, stalledCount: 7 } });
    const { overall, named } = checksOf(node, { syncStatus });
    expect(overall).toBe('degraded');
    expect(named.attachments?.detail).toMatch(
      /^7 documents .*a0000000-0000-8000-8000-000000000001, à envoyer depuis 5 j : le hub ne peut/,
    );
    expect(checksOf(node).named.attachments).toBeUndefined();
  });

  it('fails when the database would not survive a power cut', async () => {
    await using node = await openTestStore();
    node.db.pragma('synchronous = normal');
    expect(checksOf(node)).toMatchObject({ overall: 'failing', named: { database: { state: 'failing' } } });
  });

  it('gives a remedy for every thing that is wrong', async () => {
    await using node = await openTestStore();
    node.clock.setNow(node.clock.now() + 3600_000);
    const { overall, named } = checksOf(node, {
      lowDiskMegabytes: 1_000_000_000,
      syncStatus: () => ({
        ...calm,
        connected: false,
        pendingChanges: 4,
        oldestPendingAgeSeconds: 3 * 86_400,
        quarantined: 1,
      }),
      hasChainProblem: () => true,
      keys: () => ({ isGenuine: false, opens: 'staff' }),
      consentProblems: () => 3,
      waitingNotes: () => 2,
      backups: () => ({ folder: '/media/cle', lastGoodAt: 0, failure: 'SH-T210', nowMs: 4 * 86_400_000 }),
    });
    expect(overall).toBe('failing');
    expect(named).toMatchObject({
      disk: { state: 'failing' },
      clock: { state: 'degraded' },
      link: { state: 'degraded' },
      backlog: { state: 'degraded' },
      chain: { state: 'failing' },
      consents: { state: 'failing' },
      keys: { state: 'failing' },
      'emergency-notes': { state: 'degraded' },
      backup: { state: 'degraded', detail: expect.stringContaining('SH-T210') },
    });
    const wrong = Object.values(named).filter(({ state }) => state !== 'ok');
    expect(wrong.every(({ remedy }) => remedy !== undefined)).toBe(true);
  });

  it('says how old the last backup is, and that there is none', async () => {
    await using node = await openTestStore();
    const backup = (lastGoodAt: number | undefined, folder?: string) => {
      const state = { folder, lastGoodAt, failure: undefined, nowMs: 20 * 86_400_000 };
      return checksOf(node, { backups: () => state }).named.backup;
    };
    expect(backup(undefined)).toMatchObject({ state: 'degraded', remedy: expect.stringContaining('backup.folder') });
    expect(backup(undefined, '/media/cle')?.remedy).toBe('haggui backup create');
    expect(backup(19 * 86_400_000)?.state).toBe('ok');
    expect(backup(3 * 86_400_000)?.state).toBe('failing');
    expect(backup(21 * 86_400_000)?.state).toBe('ok');
  });

  it('says that a node without a hub is to be enrolled', async () => {
    await using node = await openTestStore();
    expect(checksOf(node, { isEnrolled: () => false }).named.link?.remedy).toContain('facility enrol');
  });

  it('speaks the language that it is asked in', async () => {
    await using node = await openTestStore();
    const french = /[àâçéèêîôû]|poste|liaison/;
    const asked = partsOf(node, { isEnrolled: () => false, waitingNotes: () => 2, consentProblems: () => 1 });
    const checks = new HealthService(asked).checks('en');
    expect(checks.flatMap(({ detail, remedy = '' }) => [detail, remedy]).filter((text) => french.test(text))).toEqual(
      [],
    );
  });

  it('says when more is asked of others in emergencies than the hub answers by itself', async () => {
    await using node = await openTestStore();
    const emergencies = () => ({ open: 3, waiting: 0, overdue: 0, beyondLimit: 3 });
    const { overall, named } = checksOf(node, { emergencies });
    expect(overall).toBe('degraded');
    expect(named['emergency-limit']).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining('3 accès d’urgence de plus que les 20'),
    });
    expect(checksOf(node).named).not.toHaveProperty('emergency-limit');
  });
});
