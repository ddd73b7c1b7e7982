import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { backoff } from '@santehaggui/runtime/time/backoff.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import pg from 'pg';
import { failDatabase } from './database-errors.ts';
import { embeddedBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { removeLeftover } from './postgres-orphan.ts';
import { openPathTo, type PostgresUser, postgresUser } from './postgres-user.ts';

/** Where the embedded PostgreSQL lives and how it is reached. */
export type EmbeddedPostgres = {
  /** `DIR/postgres`: `data` and the socket are below it. */
  readonly directory: string;
  readonly connection: { readonly host: string; readonly port: number };
  /** The password of the superuser `postgres`. */
  readonly password: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
};

/** The database of the hub in the embedded PostgreSQL. */
export const HUB_DATABASE = 'haggui';
/** The port in the name of the socket; nothing listens on TCP. */
export const SOCKET_PORT = 5432;

// A Unix socket's path has at most 107 bytes (unix(7)).
const MAX_SOCKET_DIRECTORY = 107 - `/.s.PGSQL.${SOCKET_PORT}`.length;
const SERVE_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 30_000;

/** Where the socket of an embedded PostgreSQL lies; undefined when that path is too long for one. */
export function socketDirectory(directory: string): string | undefined {
  const path = join(directory, 'socket');
  return Buffer.byteLength(path) <= MAX_SOCKET_DIRECTORY ? path : undefined;
}

const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // A dump of everything locks every table of every facility's schema.
  max_locks_per_transaction: '1024',
  max_connections: '60',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  // Two facilities that send to each other may meet; whoever loses begins again.
  deadlock_timeout: '200ms',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  lc_messages: 'C',
  password_encryption: 'scram-sha-256',
  // No statement and no value of one in a log: they are health data.
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
  log_line_prefix: '%e ',
};

/**
 * A real PostgreSQL as a child process. It is made at the first start; one that a killed hub left behind is stopped first;
 * one that dies while the hub serves is started again, as often as it takes, while the pools connect anew by themselves.
 * Throws SH-C300 when it cannot be set up here and SH-T300 when it does not serve within two minutes.
 */
export function embeddedPostgres(options: EmbeddedPostgres): Service {
  return {
    name: 'postgres',
    run: async ({ signal, ready }) => {
      const { directory, clock, log, random } = options;
      const binaries = embeddedBinaries();
      const user = await postgresUser();
      await prepareFolders(options, user);
      await openPathTo(join(binaries.postgres, '..'), user, log);
      const data = join(directory, 'data');
      await initialise(options, { binaries, user });
      const wait = backoff({ initialMs: 100, maxMs: 3000 }, random);
      let isReady = false;
      let failingSince = clock.monotonic();
      while (!signal.aborted) {
        await removeLeftover(data, { clock, log });
        const server = start(options, { binaries, user });
        const hasServed = await serves(options, { server, signal });
        if (hasServed) {
          wait.reset();
          await createDatabase(options);
          if (!isReady) ready();
          isReady = true;
          log.info('postgres.serving', { serverPid: server.pid });
          await Promise.race([ended(server), aborted(signal)]);
          failingSince = clock.monotonic();
        }
        if (signal.aborted) {
          await stop(server);
          return;
        }
        await stop(server);
        log.error('postgres.died', { exitCode: server.exitCode, signal: server.signalCode });
        if (clock.monotonic() - failingSince > SERVE_WITHIN_MS) throw failDatabase('SH-T300');
        await clock.sleep(wait.next(), signal).catch(() => {});
      }
    },
  };
}

type Programs = { readonly binaries: PostgresBinaries; readonly user: PostgresUser };

async function prepareFolders({ directory, log }: EmbeddedPostgres, user: PostgresUser): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const socket = socketDirectory(directory);
  if (socket !== undefined) mkdirSync(socket, { recursive: true, mode: 0o700 });
  if (user === null) return;
  for (const folder of [directory, ...(socket === undefined ? [] : [socket])]) {
    chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
  }
  await openPathTo(join(directory, '..'), user, log);
}

/** Makes the data folder beside its place and moves it there when it is whole. */
async function initialise({ directory, password, log }: EmbeddedPostgres, { binaries, user }: Programs): Promise<void> {
  const data = join(directory, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const beside = join(directory, 'data.new');
  const passwordFile = join(directory, 'password');
  rmSync(beside, { recursive: true, force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== null) chownSync(passwordFile, user.uid, user.gid);
  const flags = [
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--no-locale',
    '--data-checksums',
  ];
  try {
    await promisify(execFile)(binaries.initdb, ['-D', beside, '-U', 'postgres', ...flags], {
      ...user,
      cwd: directory,
      env: ENVIRONMENT,
    });
  } catch (cause) {
    throw failDatabase('SH-C300', {
      why: String((cause as { stderr?: unknown }).stderr ?? cause)
        .trim()
        .slice(-500),
      cause,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(beside, data);
  log.info('postgres.made', { directory });
}

const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' } as const;

function start({ directory, connection, log }: EmbeddedPostgres, { binaries, user }: Programs): ChildProcess {
  const socket = socketDirectory(directory);
  const settings = {
    ...SETTINGS,
    listen_addresses: socket === undefined ? '127.0.0.1' : '',
    unix_socket_directories: socket ?? '',
    port: String(connection.port),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(binaries.postgres, ['-D', join(directory, 'data'), ...flags], {
    ...user,
    cwd: directory,
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server.on('error', (error) => log.error('postgres.not-started', { error }));
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) {
      const [, sqlState, level, message] = /^(\w{5}) (ERROR|FATAL|PANIC): +(.*)$/.exec(line) ?? [];
      // The message of a mere error may quote a value.
      if (level !== undefined)
        log.warn('postgres.message', { severity: level, sqlState, ...(level === 'ERROR' ? {} : { message }) });
    }
  });
  return server;
}

function hasEnded(server: ChildProcess): boolean {
  return server.pid === undefined || server.exitCode !== null || server.signalCode !== null;
}

function ended(server: ChildProcess): Promise<unknown> {
  return hasEnded(server) ? Promise.resolve() : once(server, 'exit');
}

async function stop(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  const late = setTimeout(() => server.kill('SIGQUIT'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(late);
}

function clientOf({ connection, password }: EmbeddedPostgres): pg.Client {
  return new pg.Client({
    ...connection,
    user: 'postgres',
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5000,
  });
}

async function serves(
  options: EmbeddedPostgres,
  { server, signal }: { readonly server: ChildProcess; readonly signal: AbortSignal },
): Promise<boolean> {
  const until = options.clock.monotonic() + SERVE_WITHIN_MS;
  while (!hasEnded(server) && !signal.aborted && options.clock.monotonic() < until) {
    const client = clientOf(options);
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      await options.clock.sleep(25);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}

async function createDatabase(options: EmbeddedPostgres): Promise<void> {
  const client = clientOf(options);
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [HUB_DATABASE]);
    if (rowCount === 0) await client.query(`create database ${HUB_DATABASE}`);
  } finally {
    await client.end().catch(() => {});
  }
}
