import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';

const start = async (directory: string, body: string, env: Record<string, string> = {}) => {
  const main = join(directory, 'main.ts');
  const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  await writeFile(
    main,
    `import { runProcess } from ${at('./run-process.ts')};
     import { aborted } from ${at('./service.ts')};
     import { createLogger } from ${at('../log/logger.ts')};
     import { systemClock } from ${at('../time/clock.ts')};
     import { failRuntime } from ${at('../errors/runtime-errors.ts')};
     const idle = { name: 'idle', run: async ({ signal, ready }) => { ready(); await aborted(signal); } };
     await runProcess({ name: 'test', host: process, log: createLogger({ name: 'test' }), clock: systemClock, compose: () => { ${body} } });`,
  );
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Record<string, unknown>[] = [];
  const reader = createInterface(child.stdout);
  const waiters: (() => void)[] = [];
  reader.on('line', (line) => {
    lines.push(JSON.parse(line));
    for (const wake of waiters.splice(0)) wake();
  });
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(([[code]]) => code as number);
  const seen = async (event: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const found = lines.find((line) => line.event === event);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  };
  return { child, lines, ended, seen };
};

describe('runProcess', () => {
  it('says when it is ready and where, and exits 0 when asked to stop', async () => {
    await using directory = await temporaryDirectory();
    const { child, ended, seen, lines } = await start(
      directory.path,
      `return { services: [idle], addresses: () => ({ http: 'http://127.0.0.1:8600' }) };`,
    );
    expect(await seen('ready')).toMatchObject({ name: 'test', http: 'http://127.0.0.1:8600' });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(lines.map(({ event }) => event)).toEqual([
      'process.starting',
      'service.ready',
      'ready',
      'process.stopping',
      'service.stopped',
      'process.stopped',
    ]);
  });

  it('exits at once on the second signal, though a service does not stop', async () => {
    await using directory = await temporaryDirectory();
    const stuck = `{ name: 'stuck', run: ({ ready }) => { ready(); setInterval(() => {}, 1000); return new Promise(() => {}); } }`;
    const { child, ended, seen } = await start(directory.path, `return { services: [${stuck}] };`);
    await seen('ready');
    child.kill('SIGINT');
    await seen('process.stopping');
    child.kill('SIGINT');
    expect(await ended).toBe(1);
  });

  it.each([
    ['the configuration is refused', `throw failRuntime('SH-C001');`, 78],
    [
      'it cannot work now',
      `return { services: [{ name: 'lan', run: async () => { throw failRuntime('SH-K001'); } }] };`,
      75,
    ],
    [
      'an essential service dies',
      `return { services: [{ name: 'store', run: async ({ ready }) => { ready(); } }, idle] };`,
      70,
    ],
    [
      'an error is caught by nobody',
      `setImmediate(() => { throw new Error('lost'); }); return { services: [idle] };`,
      70,
    ],
    ['a rejection is caught by nobody', `void Promise.reject(new Error('lost')); return { services: [idle] };`, 70],
  ])('logs one line and maps the exit code when %s', async (_, body, code) => {
    await using directory = await temporaryDirectory();
    const { ended, lines } = await start(directory.path, body);
    expect(await ended).toBe(code);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({
      event: expect.stringMatching(/^process\.(failed|crashed)$/),
      error: { message: expect.any(String) },
    });
  });

  it('tells systemd that it is ready, alive and stopping, when systemd asked', async () => {
    await using directory = await temporaryDirectory();
    const notes = join(directory.path, 'notes');
    const program = join(directory.path, 'systemd-notify');
    await writeFile(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $1" >> ${notes}\n`);
    await chmod(program, 0o755);
    const told = async (state: string): Promise<void> => {
      while (!(await readFile(notes, 'utf8').catch(() => '')).includes(`/run/notify ${state}\n`)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const { child, ended, seen } = await start(directory.path, `return { services: [idle] };`, {
      PATH: `${directory.path}:/usr/bin:/bin`,
      NOTIFY_SOCKET: '/run/notify',
      WATCHDOG_USEC: '200000',
    });
    await seen('ready');
    await told('READY=1');
    await told('WATCHDOG=1');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await told('STOPPING=1');
  });

  it('feeds the watchdog only while it is alive, and runs on without the program that carries the message', async () => {
    await using directory = await temporaryDirectory();
    const { child, ended, seen, lines } = await start(
      directory.path,
      `let beats = 0; return { services: [idle], isAlive: async () => (beats += 1) < 2 };`,
      { PATH: directory.path, NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '100000' },
    );
    expect(await seen('systemd.watchdog-withheld')).toMatchObject({ level: 'error' });
    const failed = lines.filter(({ event }) => event === 'systemd.notify-failed').map(({ state }) => state);
    expect(failed.toSorted()).toEqual(['READY=1', 'WATCHDOG=1']);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
