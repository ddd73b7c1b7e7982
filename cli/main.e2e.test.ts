import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';

type Run = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** As the launchers have it: without, each run strips and compiles everything again. */
const compileCache = fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url));

async function haggui(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const child = spawn(process.execPath, [main, ...words], {
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HAGGUI_DATA: '/nonexistent/santehaggui',
      NODE_COMPILE_CACHE: compileCache,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

type Answers = Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>;

const json = (status: number, body: unknown) => (_request: IncomingMessage, response: ServerResponse) => {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
};

/** A daemon's local socket with these answers; `received` keeps what was asked. */
async function fakeDaemon(directory: string, answers: Answers) {
  const received: { path: string; body: string; authorization: string | undefined }[] = [];
  const server: Server = createServer(async (request, response) => {
    const path = `${request.method} ${request.url}`;
    received.push({ path, body: await text(request), authorization: request.headers.authorization });
    (answers[path] ?? json(404, { code: 'SH-N001', title: 'rien ici', status: 404 }))(request, response);
  });
  server.listen(join(directory, 'admin.sock'));
  await once(server, 'listening');
  return {
    received,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

const SYNC = {
  facility: 'cscom_sangha',
  journalSequence: 12,
  acknowledgedSequence: 10,
  pendingChanges: 2,
  oldestPendingAgeSeconds: 90,
  quarantined: 0,
  conflicts: 0,
  bytesSent: 1234,
  bytesReceived: 50,
  lastExchange: { at: '2026-11-22T08:00:00Z', ok: false, carrier: 'https', error: 'lien coupé' },
  exchanges: 1,
  receivedFeedSequence: 3,
  urgentPending: 0,
  attachments: { toSend: 0, toSendBytes: 0, toFetch: 0, toFetchBytes: 0, stalled: [], stalledCount: 0 },
  waitsFor: null,
  otherBranch: null,
  proof: null,
  loading: null,
  connected: false,
};

const NODE_STATUS = {
  facility: 'cscom_sangha',
  version: '0.1.0',
  uptimeSeconds: 60,
  health: 'degraded',
  checks: [{ name: 'lien', state: 'degraded', detail: 'coupé', remedy: 'attendre' }],
  modem: null,
  sync: SYNC,
  broker: {
    ...{ state: 'listening', port: 1883, tlsPort: 8883, connections: 2, devices: 1 },
    ...{ retained: 1, published: 4, refused: 0 },
  },
  people: { accounts: 3, sessions: 1 },
  lanUrl: 'http://127.0.0.1:8600',
  fingerprintWords: null,
};

describe('haggui', () => {
  it('tells a wrong usage on stderr, with what to do, and exits 2', async () => {
    const unknownFlag = await haggui(['status', '--frobnicate']);
    expect(unknownFlag).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknownFlag.stderr).toContain('option inconnue : --frobnicate');
    expect(unknownFlag.stderr).toContain('Code : SH-I502');
    expect(await haggui(['stattus'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('SH-I501') });
    expect(await haggui(['sync', 'statuses'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('SH-I501'),
    });
    const badLink = await haggui(['demo', '--link', '5g', '--lang', 'en']);
    expect(badLink).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('lan, 3g, edge') });
    const badDays = await haggui(['demo', '--days', '0']);
    expect(badDays).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('1–60') });
    const missing = await haggui(['hub', 'facility', 'add', '--code', 'x']);
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--name, --kind, --region') });
  });

  it('tells errors as one JSON object on stdout with --json', async () => {
    const { exitCode, stdout, stderr } = await haggui(['records', 'import', '--json', '--lang', 'en']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'SH-I502',
        message: 'The command is badly written',
        why: 'missing: FILE',
        remedy: 'Add --help to the command to see its options and an example.',
      },
    });
  });

  it('says that there is no data directory (78), or how to start the daemon that is stopped (75)', async () => {
    await using directory = await temporaryDirectory();
    const none = await haggui(['status', '--data', join(directory.path, 'absent')]);
    expect(none).toMatchObject({ exitCode: 78, stdout: '', stderr: expect.stringContaining('SH-C501') });
    const node = await haggui(['sync', 'status', '--data', directory.path]);
    expect(node.exitCode).toBe(75);
    expect(node.stderr).toContain(`haggui-node start --data ${directory.path}`);
    await mkdir(join(directory.path, 'identity'));
    await writeFile(join(directory.path, 'identity', 'hub.json'), '{}');
    const hub = await haggui(['hub', 'facility', 'list', '--data', directory.path, '--lang', 'en']);
    expect(hub.exitCode).toBe(75);
    expect(hub.stderr).toContain(`Start it: haggui-hub start --data ${directory.path}`);
  });

  it('takes the data directory from HAGGUI_DATA where --data is not given', async () => {
    await using directory = await temporaryDirectory();
    await using _daemon = await fakeDaemon(directory.path, { 'GET /v1/status': json(200, NODE_STATUS) });
    const { exitCode, stdout, stderr } = await haggui(['status'], { HAGGUI_DATA: directory.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('cscom_sangha');
    expect(stdout).toContain('→ attendre');
    expect(stdout).not.toContain('\u001b');
  });

  it('tells the health of a hub by its own name too, and of a node that it is none', async () => {
    await using directory = await temporaryDirectory();
    const hub = {
      ...{ version: '1.0.0', uptimeSeconds: 60, health: 'ok', checks: [], outbox: { waiting: 0 }, url: 'https://hub' },
      facilities: { total: 5, enrolled: 4, connected: 3 },
    };
    {
      await using _daemon = await fakeDaemon(directory.path, { 'GET /v1/status': json(200, hub) });
      const { exitCode, stdout } = await haggui(['hub', 'status', '--data', directory.path, '--json']);
      expect([exitCode, JSON.parse(stdout)]).toEqual([0, hub]);
      expect((await haggui(['hub', 'status', '--data', directory.path])).stdout).toContain('https://hub');
    }
    await using _daemon = await fakeDaemon(directory.path, { 'GET /v1/status': json(200, NODE_STATUS) });
    const { exitCode, stderr } = await haggui(['hub', 'status', '--data', directory.path]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('Code : SH-K501');
  });

  it('prints what the daemon said, and nothing else, with --json', async () => {
    await using directory = await temporaryDirectory();
    await using _daemon = await fakeDaemon(directory.path, { 'GET /v1/sync/status': json(200, SYNC) });
    const { exitCode, stdout, stderr } = await haggui(['sync', 'status', '--json', '--data', directory.path]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(SYNC);
  });

  it('names attachments that have been waiting for days, since when and why, also for a reason of a newer node', async () => {
    await using directory = await temporaryDirectory();
    const one = { record: '0197', isToHub: true, size: 2_000_000, carried: 500_000, ageSeconds: 5 * 86_400 };
    const stalled = [
      { ...one, why: 'later' },
      { ...one, isToHub: false, why: 'eclipse' },
    ];
    const status = { ...SYNC, attachments: { ...SYNC.attachments, stalled, stalledCount: 2 } };
    await using _daemon = await fakeDaemon(directory.path, { 'GET /v1/sync/status': json(200, status) });
    const { stdout } = await haggui(['sync', 'status', '--data', directory.path]);
    expect(stdout).toContain('2 documents joints attendent depuis plus de deux jours');
    expect(stdout).toMatch(/0197 .*à envoyer depuis 5\sj.* : le hub ne peut rien garder/);
    expect(stdout).toMatch(/0197 .*à recevoir depuis 5\sj.* : eclipse/);
    expect(stdout).not.toContain('Tout ce qui a été enregistré est au hub');
  });

  it('tells a status without loading what only other commands need', async () => {
    await using directory = await temporaryDirectory();
    await using _daemon = await fakeDaemon(directory.path, {
      'GET /v1/status': json(200, NODE_STATUS),
      'GET /v1/sync/status': json(200, SYNC),
    });
    const spy = join(directory.path, 'spy.mjs');
    await writeFile(
      spy,
      `import { registerHooks } from 'node:module';
       const told = (name) => /@oclif|zod|cborg|undici|cli.commands.ts/.test(name) && process.stderr.write(name + ' ');
       registerHooks({ resolve: (name, context, next) => { const at = next(name, context); told(at.url); return at; } });
       process.on('exit', () => process.moduleLoadList.forEach(told));`,
    );
    const told = async (words: readonly string[]): Promise<string> =>
      (await haggui([...words, '--data', directory.path], { NODE_OPTIONS: `--import file://${spy}` })).stderr;
    expect(await told(['status'])).toBe('');
    expect(await told(['sync', 'status'])).toBe('');
    expect(await told(['keys', 'status'])).toContain('@oclif');
  });

  it('exits 75 when the two sides do not hold the same, or the exchange left something behind', async () => {
    await using directory = await temporaryDirectory();
    const verification = {
      converged: false,
      digest: 'aa',
      hubDigest: 'bb',
      recordsCompared: 4,
      differences: [{ recordType: 'patient', recordId: '0197', fields: ['phone'] }],
    };
    await using _daemon = await fakeDaemon(directory.path, {
      'POST /v1/sync/verify': json(200, verification),
      'POST /v1/sync/now': json(200, SYNC),
    });
    const verify = await haggui(['sync', 'verify', '--data', directory.path]);
    expect(verify.exitCode).toBe(75);
    expect(verify.stdout).toContain('phone');
    const asJson = await haggui(['sync', 'verify', '--json', '--data', directory.path]);
    expect(asJson.exitCode).toBe(75);
    expect(JSON.parse(asJson.stdout)).toEqual(verification);
    const now = await haggui(['sync', 'now', '--data', directory.path]);
    expect(now).toMatchObject({ exitCode: 75, stdout: expect.stringContaining('lien coupé') });
  });

  it('signs in for what concerns people, with the password from a file, and exits 77 when it is refused', async () => {
    await using directory = await temporaryDirectory();
    const passwordFile = join(directory.path, 'secret');
    await writeFile(passwordFile, 'Baobab-Niger\n');
    await using daemon = await fakeDaemon(directory.path, {
      'GET /v1/status': json(200, NODE_STATUS),
      'POST /v1/sessions': json(200, { accessToken: 'abc' }),
      'GET /v1/records/0197': json(403, { code: 'SH-A002', title: 'Cette action n’est pas permise', status: 403 }),
    });
    const words = [
      'records',
      'show',
      '0197',
      '--data',
      directory.path,
      '--login',
      'fatou',
      '--password-file',
      passwordFile,
    ];
    expect(await haggui(words)).toMatchObject({ exitCode: 77, stderr: expect.stringContaining('SH-A002') });
    expect(JSON.parse(daemon.received[1]?.body ?? '')).toEqual({ login: 'fatou', password: 'Baobab-Niger' });
    expect(daemon.received[2]?.authorization).toBe('Bearer abc');
    const nobody = await haggui(['records', 'show', '0197', '--data', directory.path]);
    expect(nobody).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('SH-I504') });
  });

  it('exits 1 when an import refused something, and names file, path and reason', async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, 'secret'), 'x');
    await writeFile(join(directory.path, 'bundle.json'), '{}');
    const result = {
      files: 1,
      resources: { Patient: { read: 2, taken: 1, unchanged: 0, refused: 1, unsupported: 0 } },
      refusals: [{ file: 'bundle.json', path: 'entry[1]', reason: 'sans nom' }],
      unresolved: [],
      incomplete: [],
      seconds: 0.2,
    };
    const events = [
      { event: 'progress', phase: 'reading', done: 1, total: 2 },
      { event: 'result', result },
    ];
    await using daemon = await fakeDaemon(directory.path, {
      'GET /v1/status': json(200, NODE_STATUS),
      'POST /v1/sessions': json(200, { accessToken: 'abc' }),
      'POST /v1/records/import': (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      },
    });
    const words = ['records', 'import', 'bundle.json', '--login', 'fatou', '--data', directory.path];
    const file = join(directory.path, 'bundle.json');
    words[2] = file;
    const { exitCode, stdout } = await haggui(words, { HAGGUI_PASSWORD_FILE: join(directory.path, 'secret') });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('bundle.json entry[1] · sans nom');
    expect(JSON.parse(daemon.received[2]?.body ?? '')).toEqual({ format: 'fhir', files: [file] });
  });

  it('refuses a node’s command on a hub, and the other way round', async () => {
    await using directory = await temporaryDirectory();
    await using _daemon = await fakeDaemon(directory.path, { 'GET /v1/status': json(200, NODE_STATUS) });
    const { exitCode, stderr } = await haggui(['hub', 'facility', 'list', '--data', directory.path]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('SH-K501');
    await using hub = await temporaryDirectory();
    await mkdir(join(hub.path, 'identity'));
    await writeFile(join(hub.path, 'identity', 'hub.json'), '{}');
    const sync = await haggui(['sync', 'status', '--data', hub.path]);
    expect(sync).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SH-K501') });
  });

  it('lists the options that init lacks where nobody can be asked', async () => {
    const { exitCode, stderr } = await haggui(['init', '--code', 'cscom_sangha', '--name', 'CSCOM de Sangha']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--admin-login');
    expect(stderr).toContain('--password-file');
    expect(stderr).not.toContain('--code :');
  });

  it('shows the help of everything, in the language asked for', async () => {
    const root = await haggui(['--help']);
    expect(root).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('hub facility add') });
    expect(await haggui([])).toMatchObject({ exitCode: 0, stdout: root.stdout });
    const demo = await haggui(['demo', '--help', '--lang', 'en']);
    expect(demo.stdout).toContain('EXAMPLES\n  haggui demo\n');
    expect(demo.stdout).toContain('--link lan|3g|edge');
    expect(await haggui(['hub', '--help'])).toMatchObject({ stdout: expect.stringContaining('hub user add') });
    expect(await haggui(['nothing', '--help'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('SH-I501'),
    });
  });
});
