import { join } from 'node:path';
import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { dataLock } from './data-lock.ts';
import { embeddedUrl, loginsOfUrl, refuseClearDatabase, writeUrlFile } from './database-logins.ts';
import { embeddedPostgres, SOCKET_PORT, socketDirectory } from './embedded-postgres.ts';
import { type DatabaseLogins, databaseService, HubDatabase } from './hub-database.ts';
import { prepareDatabase } from './prepare-database.ts';
import { API_LOGIN, SERVICE_LOGIN } from './roles.ts';

/** What the database is made of. `freePort` is asked only where no Unix socket can be had. */
export type DatabaseOptions = {
  readonly directory: string;
  /** The operator's PostgreSQL; undefined: the embedded one. */
  readonly url: string | undefined;
  readonly passwordOf: (login: string) => string;
  readonly freePort: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
};

/** The hub's database, and the services that bring it up: the directory's lock, PostgreSQL itself, roles and migrations. */
export async function databaseServices(options: DatabaseOptions): Promise<{
  readonly logins: DatabaseLogins;
  readonly database: HubDatabase;
  readonly services: readonly Service[];
}> {
  const { directory, passwordOf, clock, log } = options;
  const passwords = { service: passwordOf(SERVICE_LOGIN), api: passwordOf(API_LOGIN) };
  if (options.url !== undefined) refuseClearDatabase(options.url);
  const embedded = options.url === undefined ? await embed(options) : undefined;
  const logins = loginsOfUrl(options.url ?? (embedded as { readonly url: string }).url, passwords);
  const database = new HubDatabase(logins, log);
  const prepare = async (): Promise<void> => {
    await prepareDatabase({ admin: database.admin, passwords, clock, log });
  };
  const server = embedded === undefined ? [] : [embedded.service];
  return { logins, database, services: [dataLock(directory), ...server, databaseService(database, prepare)] };
}

async function embed(options: DatabaseOptions): Promise<{ readonly url: string; readonly service: Service }> {
  const { passwordOf, freePort, clock, log, random } = options;
  const directory = join(options.directory, 'postgres');
  const socket = socketDirectory(directory);
  const connection =
    socket === undefined ? { host: '127.0.0.1', port: await freePort() } : { host: socket, port: SOCKET_PORT };
  const password = passwordOf('postgres');
  const url = embeddedUrl(connection, password);
  writeUrlFile(join(options.directory, 'identity', 'database-url'), url);
  return { url, service: embeddedPostgres({ directory, connection, password, clock, log, random }) };
}
