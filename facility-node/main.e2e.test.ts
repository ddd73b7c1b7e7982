import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const answers = JSON.stringify({
  facility: { code: 'cscom_sangha', name: 'CSCOM de Sangha' },
  administrator: { login: 'amadou', password: 'Baobab-Niger-Kora', familyName: 'Guindo' },
});

type Line = Readonly<Record<string, unknown>> & { readonly event?: string };

const launch = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [main, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LANG: 'fr' },
  });

/** Runs to the end. */
const run = async (args: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> => {
  const child = launch(...args);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code: Number(code), out, err };
};

/** Starts the daemon and gives its ready line. */
const start = async (data: string): Promise<{ child: ChildProcess; ready: Line }> => {
  const child = launch('--data', data, '--lan-host', '127.0.0.1', '--lan-port', '0');
  for await (const text of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const line = JSON.parse(text) as Line;
    if (line.event === 'ready') {
      child.stdout?.resume();
      return { child, ready: line };
    }
  }
  throw new Error('the daemon ended before it was ready');
};

const end = async (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown> => {
  const closed = once(child, 'close');
  child.kill(signal);
  return (await closed)[0];
};

describe('haggui-node', { timeout: 60_000 }, () => {
  it('makes a data directory, serves, refuses a second daemon, survives kill -9 and stops when asked', async () => {
    await using directory = await temporaryDirectory();
    const data = `${directory.path}/node`;
    const made = await run(['init', '--data', data, '--answers', '-'], answers);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(made.out)).toMatchObject({ facility: 'cscom_sangha', accounts: [{ login: 'amadou' }] });

    const first = await start(data);
    expect(first.ready).toMatchObject({
      lanUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      adminSocket: `${data}/admin.sock`,
    });
    expect((await fetch(`${String(first.ready.lanUrl)}/api/v1/openapi.json`)).status).toBe(200);
    const second = await run(['start', '--data', data, '--lan-port', '0']);
    expect(second.code).toBe(75);
    expect(second.out).toContain('SH-K101');
    await end(first.child, 'SIGKILL');

    const again = await start(data);
    expect((await fetch(`${String(again.ready.lanUrl)}/api/v1/openapi.json`)).status).toBe(200);
    expect(await end(again.child, 'SIGTERM')).toBe(0);
    const migrated = await run(['migrate', '--data', data]);
    expect(JSON.parse(migrated.out)).toMatchObject({ migrations: expect.arrayContaining(['001_store.sql']) });
  });

  it('says with its exit code what is wrong', async () => {
    await using directory = await temporaryDirectory();
    const none = await run(['start', '--data', `${directory.path}/none`]);
    expect(none.code).toBe(78);
    expect(none.out).toContain('SH-C101');
    const badFlag = await run(['check-config', '--data', directory.path, '--lan-port', 'much']);
    expect(badFlag.code).toBe(78);
    expect(badFlag.err).toContain('SH-C001');
    const good = await run(['check-config', '--data', directory.path, '--lan-port', '8601']);
    expect(good.code).toBe(0);
    expect(good.out).toContain('lan.port = 8601  (flag)');
    expect((await run(['dance'])).code).toBe(2);
    expect(await run(['init', '--data', `${directory.path}/n`, '--answers', '-'], 'not json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('SH-I120'),
    });
  });
});
