import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FacilityAddAnswer, HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import type { HubIdentity } from '@santehaggui/protocols/enrolment/enrolment.ts';
import { requestOverSocket } from '@santehaggui/runtime/http/socket-client.ts';
import { type TemporaryDirectory, temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLOSE } from './ingest/exchange-session.ts';
import { FakeConnection } from './ingest/fake-connection.ts';
import { FakeNode } from './ingest/fake-node.ts';

type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** The real daemon as a process of its own, on its embedded PostgreSQL. */
class HubProcess {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  #wake: () => void = () => {};

  constructor(directory: string, ...more: readonly string[]) {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    this.child = spawn(process.execPath, [main, 'start', '--data', directory, '--http-port', '0', ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      this.lines.push(JSON.parse(text) as Line);
      this.#wake();
    });
    this.child.once('exit', () => this.#wake());
  }

  async until(event: string, count = 1): Promise<Line> {
    for (;;) {
      const found = this.lines.filter((line) => line.event === event)[count - 1];
      if (found !== undefined) return found;
      if (this.child.exitCode !== null)
        throw new Error(`ended with ${this.child.exitCode}: ${JSON.stringify(this.lines.at(-1))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
    return this.child.exitCode;
  }
}

let directory: TemporaryDirectory;
let data: string;
const running: HubProcess[] = [];

function startHub(...more: readonly string[]): HubProcess {
  const hub = new HubProcess(data, ...more);
  running.push(hub);
  return hub;
}

function postmaster(): number {
  return Number(readFileSync(join(data, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function operator<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const request = { socketPath: join(data, 'admin.sock'), method, path: `/v1${path}`, timeoutMs: 30_000 };
  return (await requestOverSocket(body === undefined ? request : { ...request, body })).body as Answer;
}

async function enrolledNode(url: string): Promise<FakeNode> {
  const facility = { code: 'cscom_sangha', name: 'Sangha', kind: 'cscom', region: 'Mopti' };
  const { token } = await operator<FacilityAddAnswer>('POST', '/facilities', facility);
  const node = new FakeNode('cscom_sangha');
  const identity = (await (await fetch(`${url}/api/v1/identity`)).json()) as HubIdentity;
  const response = await fetch(`${url}/api/v1/enrolment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sealed: node.enrolmentRequest(token, identity.sealKey) }),
  });
  node.accept(((await response.json()) as { sealed: string }).sealed, identity.sealKey);
  return node;
}

beforeAll(() => sodiumReady());
beforeEach(async () => {
  directory = await temporaryDirectory();
  data = join(directory.path, 'hub');
});
afterEach(async () => {
  for (const hub of running.splice(0))
    if (hub.child.exitCode === null && hub.child.signalCode === null) await hub.end('SIGTERM');
  await directory.remove();
});

describe('a hub on its embedded PostgreSQL', () => {
  it('starts again after kill -9 with everything that it acknowledged, and stops when asked', async () => {
    const first = startHub();
    const { url } = (await first.until('ready')) as unknown as { url: string };
    const node = await enrolledNode(url);
    node.create('patient', { familyName: 'Traoré', givenName: 'Moussa' });
    const connection = await FakeConnection.open(node, url);
    expect(await connection.push()).toMatchObject({ upTo: 2 });
    const orphan = postmaster();
    await first.end('SIGKILL');
    expect(process.kill(orphan, 0)).toBe(true);

    const second = startHub();
    const ready = (await second.until('ready')) as unknown as { url: string };
    expect(second.lines).toContainEqual(expect.objectContaining({ event: 'postgres.orphan', serverPid: orphan }));
    expect(postmaster()).not.toBe(orphan);
    const again = await FakeConnection.open(node, ready.url);
    expect(again.hubHello?.received?.upTo).toBe(2);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(await again.untilClosed()).toBe(CLOSE.goingAway);
    expect(() => process.kill(postmaster(), 0)).toThrow();
  });

  it('starts PostgreSQL again when that is killed, and goes on by itself', async () => {
    const hub = startHub();
    const { url } = (await hub.until('ready')) as unknown as { url: string };
    const node = await enrolledNode(url);
    node.create('patient', { familyName: 'Traoré', givenName: 'Moussa' });
    await (await FakeConnection.open(node, url)).push();
    for (let index = 0; index < 300; index++)
      node.create('patient', { familyName: 'Traoré', givenName: `Awa ${index}` });
    const during = await FakeConnection.open(node, url);
    const pushing = during.push(5).catch(() => undefined);
    process.kill(postmaster(), 'SIGKILL');
    await pushing;
    during.drop();
    await hub.until('postgres.serving', 2);
    const after = await FakeConnection.open(node, url);
    expect(await after.push()).toMatchObject({ upTo: 302, refused: [] });
    await after.pull(1);
    expect((await operator<HubStatus>('GET', '/status')).health).toBe('ok');
    after.drop();
    expect(await hub.end('SIGTERM')).toBe(0);
  });

  it('leaves its data directory to nobody else', async () => {
    const first = startHub();
    await first.until('ready');
    const second = startHub();
    await once(second.child, 'exit');
    expect(second.child.exitCode).toBe(75);
    expect(second.lines.at(-1)).toMatchObject({ event: 'process.failed', error: { code: 'SH-K300' } });
    expect(await first.end('SIGTERM')).toBe(0);
  });

  it('keeps its secrets to itself, below folders that were shut', async () => {
    const shut = join(directory.path, 'shut');
    mkdirSync(shut, { mode: 0o700 });
    chmodSync(directory.path, 0o700);
    data = join(shut, 'hub');
    const hub = startHub();
    await hub.until('ready');
    const mode = (path: string): number => statSync(join(data, path)).mode & 0o777;
    expect([mode('identity'), mode('identity/hub.json'), mode('identity/database-url')]).toEqual([0o700, 0o600, 0o600]);
    expect([mode('postgres'), mode('postgres/data'), mode('admin.sock')]).toEqual([0o700, 0o700, 0o660]);
    const connectionString = readFileSync(join(data, 'identity', 'database-url'), 'utf8').trim();
    const client = new pg.Client({ connectionString });
    await client.connect();
    const { rows } = await client.query(
      `select current_database() as database, current_setting('fsync') as fsync, current_setting('listen_addresses') as tcp,
         current_setting('max_locks_per_transaction') as locks`,
    );
    expect(rows).toEqual([{ database: 'haggui', fsync: 'on', tcp: '', locks: '1024' }]);
    await client.end();
    expect(await hub.end('SIGTERM')).toBe(0);
  });
});
