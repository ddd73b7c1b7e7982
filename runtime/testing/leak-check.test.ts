import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { leakCheck } from './leak-check.ts';
import { temporaryDirectory } from './temporary-directory.ts';

it('a leak check tells servers and timers left open, and nothing once they are closed', async () => {
  const check = leakCheck();
  const server = createServer().listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  // Vitest has a timer or two of its own, which come and go: ten cannot be mistaken for them.
  const timers = Array.from({ length: 10 }, () => setInterval(() => {}, 1000));
  const timersLeaked = (leaked: readonly string[]): number =>
    Number(leaked.find((resource) => resource.startsWith('Timeout'))?.split('×')[1] ?? 0);
  const open = await check.leaked();
  expect(open).toContain('TCPServerWrap ×1');
  expect(timersLeaked(open)).toBeGreaterThan(5);
  server.close();
  for (const timer of timers) clearInterval(timer);
  const closed = await check.leaked();
  expect(closed).not.toContain('TCPServerWrap ×1');
  expect(timersLeaked(closed)).toBeLessThan(5);
});

it('a temporary directory is private, and gone with all it holds after its scope', async () => {
  let path: string;
  {
    await using directory = await temporaryDirectory();
    ({ path } = directory);
    writeFileSync(join(path, 'file'), 'x');
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(existsSync(path)).toBe(false);
});
