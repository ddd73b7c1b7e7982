import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import { failDatabase } from './database-errors.ts';

/**
 * A service that holds a data directory for one hub: the next would take the first one's PostgreSQL for an orphan. On Linux
 * the lock is a name in the abstract socket namespace, which the kernel takes back however the process ends (unix(7));
 * elsewhere a socket file on which nobody answers is taken over. Throws SH-K300 when another hub has it.
 */
export function dataLock(directory: string): Service {
  return {
    name: 'data-lock',
    run: async ({ signal, ready }) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const server = createServer((connection) => connection.destroy());
      const path = await lockName(directory);
      server.listen(path);
      try {
        await once(server, 'listening');
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE')
          throw failDatabase('SH-K300', { why: directory, cause });
        throw cause;
      }
      server.unref();
      ready();
      await aborted(signal);
      server.close();
    },
  };
}

async function lockName(directory: string): Promise<string> {
  const name = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32);
  if (process.platform === 'linux') return `\0santehaggui-hub-${name}`;
  const path = join(directory, 'hub.lock');
  const connection = createConnection(path);
  const answered = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  if (!answered) rmSync(path, { force: true });
  return path;
}
