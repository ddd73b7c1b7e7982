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
  const timer = setInterval(() => {}, 1000);
  expect(await check.leaked()).toEqual(expect.arrayContaining(['TCPServerWrap ×1', 'Timeout ×1']));
  server.close();
  clearInterval(timer);
  expect(await check.leaked()).toEqual([]);
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
