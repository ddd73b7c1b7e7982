import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportEvent, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { loadConfig } from '@santehaggui/runtime/config/load-config.ts';
import { requestOverSocket } from '@santehaggui/runtime/http/socket-client.ts';
import { runServices } from '@santehaggui/runtime/lifecycle/run-services.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { composeDaemon } from './compose.ts';
import { nodeConfigTable } from './config.ts';
import { initialiseNode } from './setup/initialise-node.ts';
import { type DataDirectory, dataDirectory } from './store/data-directory.ts';
import { FakeHub } from './uplink/carriers/https/fake-hub.ts';

const password = 'Baobab-Niger-Kora';
const person = (login: string, role: string) => ({ login, password, role, familyName: 'Dolo', givenName: login });
const answers = {
  facility: { code: 'cscom_sangha', name: 'CSCOM de Sangha' },
  administrator: person('admin', 'it-officer'),
  staff: [person('head', 'head'), person('nurse', 'nurse'), person('cashier', 'cashier')],
};

type Ask = (
  method: 'GET' | 'POST',
  path: string,
  options?: { body?: unknown; token?: string },
) => Promise<{ status: number; body: unknown }>;
type RunningNode = AsyncDisposable & {
  readonly directory: DataDirectory;
  readonly lanUrl: string;
  readonly ask: Ask;
  readonly text: () => string;
};

const compose = (
  directory: DataDirectory,
  recording = recordingLog(),
  flags: Readonly<Record<string, string>> = {},
) => {
  const config = loadConfig(nodeConfigTable, {
    env: {},
    flags: { lanHost: '127.0.0.1', lanPort: '0', uplinkGatherMs: '1', clockRtc: 'yes', ...flags },
  });
  return composeDaemon(config, {
    directory,
    version: '0.1.0',
    clock: systemClock,
    log: recording.log,
    random: () => 0.01,
    randomBytes,
  });
};

/** A whole node in this process, from `init` to its sockets. */
const startNode = async (flags: Readonly<Record<string, string>> = {}): Promise<RunningNode> => {
  await sodiumReady();
  const temporary = await temporaryDirectory();
  const directory = dataDirectory(temporary.path);
  const recording = recordingLog();
  await initialiseNode({ directory, answers, clock: systemClock, log: recording.log });
  const { services, addresses } = await compose(directory, recording, flags);
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const running = runServices(services, { log: recording.log, signal: stop.signal, ready: ready.resolve });
  await Promise.race([ready.promise, running]);
  return {
    directory,
    lanUrl: String(addresses?.().lanUrl),
    ask: (method, path, { body, token } = {}) =>
      requestOverSocket({
        socketPath: directory.adminSocket,
        method,
        path: `/v1${path}`,
        ...(body === undefined ? {} : { body }),
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      }),
    text: recording.text,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await temporary.remove();
    },
  };
};

const signIn = async ({ ask }: RunningNode, login: string): Promise<string> => {
  const { body } = await ask('POST', '/sessions', { body: { login, password } });
  return (body as { accessToken: string }).accessToken;
};

const register = async (node: RunningNode, token: string): Promise<string> => {
  const response = await fetch(`${node.lanUrl}/api/v1/patients`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ familyName: 'Traoré', givenName: 'Fanta' }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
};

describe('a whole node', () => {
  it('tells the operator its state, without a record of anybody', async () => {
    await using node = await startNode();
    const status = (await node.ask('GET', '/status')).body as NodeStatus;
    expect(status).toMatchObject({
      facility: 'cscom_sangha',
      version: '0.1.0',
      modem: null,
      broker: { state: 'listening', devices: 0, connections: 0 },
      lanUrl: node.lanUrl,
      fingerprintWords: null,
    });
    expect(status.people).toEqual({ accounts: 4, sessions: 0 });
    expect(status.checks.map(({ name, state }) => [name, state])).toEqual(
      expect.arrayContaining([
        ['database', 'ok'],
        ['clock', 'ok'],
        ['link', 'degraded'],
        ['backlog', 'ok'],
        ['chain', 'ok'],
      ]),
    );
    expect((await node.ask('GET', '/records/count')).body).toMatchObject({ practitioner: 4, patient: 0, referral: 0 });
    expect((await node.ask('GET', '/sync/status')).body).toMatchObject({ pendingChanges: 5, lastExchange: null });
    expect((await node.ask('GET', '/reports/weekly?week=2026-W10')).body).toMatchObject({
      facility: 'cscom_sangha',
      week: '2026-W10',
    });
    expect(statSync(node.directory.adminSocket).mode & 0o777).toBe(0o660);
  });

  it('has the antivirus that is configured look at documents, and tells of one that is not there', async () => {
    await using node = await startNode({ documentsScanner: '/nowhere/clamd.ctl' });
    const token = await signIn(node, 'nurse');
    const post = (path: string, body: string, type: string) =>
      fetch(`${node.lanUrl}/api/v1/${path}`, {
        ...{ method: 'POST', body },
        headers: { 'content-type': type, authorization: `Bearer ${token}` },
      });
    const document = { patient: await register(node, token), title: 'Lettre', category: 'letter' };
    const made = await post('document-references', JSON.stringify(document), 'application/json');
    const { id } = (await made.json()) as { id: string };
    const refused = await post(`document-references/${id}/content`, 'Bonjour', 'text/plain');
    expect(await refused.json()).toMatchObject({ status: 503, code: 'SH-T240' });
    const { checks } = (await node.ask('GET', '/status')).body as NodeStatus;
    expect(checks).toContainEqual(expect.objectContaining({ name: 'antivirus', state: 'failing' }));
  });

  it('shows a record only to staff who may read it, and notes both', async () => {
    await using node = await startNode();
    const nurse = await signIn(node, 'nurse');
    const id = await register(node, nurse);
    await expect(node.ask('GET', `/records/${id}`)).rejects.toMatchObject({ code: 'SH-A001' });
    const shown = await node.ask('GET', `/records/${id}`, { token: nurse });
    expect(shown.body).toMatchObject({ id, type: 'patient', fields: { familyName: 'Traoré', givenName: 'Fanta' } });
    await expect(node.ask('GET', `/records/${id}`, { token: await signIn(node, 'admin') })).rejects.toMatchObject({
      code: 'SH-A002',
    });
    await expect(node.ask('GET', `/records/${crypto.randomUUID()}`, { token: nurse })).rejects.toMatchObject({
      code: 'SH-N101',
    });
    expect(node.text()).not.toContain('Traoré');
  });

  it('exports to the head alone, and imports what a file holds', async () => {
    await using node = await startNode();
    const nurse = await signIn(node, 'nurse');
    const head = await signIn(node, 'head');
    await register(node, nurse);
    await expect(node.ask('GET', '/records/export?format=fhir', { token: nurse })).rejects.toMatchObject({
      code: 'SH-A002',
    });
    const folder = join(node.directory.root, 'in');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'patient.json'),
      JSON.stringify({ resourceType: 'Patient', id: 'p1', name: [{ family: 'Coulibaly', given: ['Issa'] }] }),
    );
    const imported = await node.ask('POST', '/records/import', {
      token: head,
      body: { format: 'fhir', files: [folder] },
    });
    const events = String(imported.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ImportEvent);
    expect(events.at(-1)).toMatchObject({
      event: 'result',
      result: { resources: { Patient: { read: 1, taken: 1 } }, refusals: [] },
    });
    const exported = await node.ask('GET', '/records/export?format=fhir&type=patient', { token: head });
    const families = (exported.body as { entry: { resource: { name: { family: string }[] } }[] }).entry.map(
      ({ resource }) => resource.name[0]?.family,
    );
    expect(families.sort()).toEqual(['Coulibaly', 'Traoré']);
    await expect(node.ask('GET', '/records/export?format=csv', { token: head })).rejects.toMatchObject({
      kind: 'input',
    });
  });

  it('enrols, exchanges and proves that the hub holds the same', async () => {
    await using hub = await FakeHub.start();
    await using node = await startNode();
    await register(node, await signIn(node, 'nurse'));
    await expect(node.ask('POST', '/sync/now')).rejects.toMatchObject({ code: 'SH-T112' });
    const token = hub.token('cscom_sangha');
    const enrolled = await node.ask('POST', '/enrol', { body: { hubUrl: hub.url, token } });
    expect((enrolled.body as { fingerprintWords: string[] }).fingerprintWords).toHaveLength(6);
    expect((await node.ask('POST', '/sync/now')).body).toMatchObject({
      pendingChanges: 0,
      lastExchange: { ok: true, carrier: 'https' },
    });
    expect((await node.ask('POST', '/sync/verify')).body).toMatchObject({ converged: true, differences: [] });
    expect(hub.replica.db.prepare('select family_name from patient').pluck().all()).toEqual(['Traoré']);
    expect(((await node.ask('GET', '/status')).body as NodeStatus).health).not.toBe('failing');
  });

  it('is alone on its data directory', async () => {
    await using node = await startNode();
    await expect(compose(node.directory)).rejects.toMatchObject({ code: 'SH-K101', exitCode: 75 });
    expect((await node.ask('GET', '/sync/status')).status).toBe(200);
  });

  it('refuses a directory that nobody has made', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(join(temporary.path, 'none'));
    await expect(compose(directory)).rejects.toMatchObject({ code: 'SH-C101', kind: 'config' });
    expect(existsSync(directory.root)).toBe(false);
  });
});
