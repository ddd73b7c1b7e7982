import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HUB_DATABASE } from './embedded-postgres.ts';
import type { DatabaseLogins } from './hub-database.ts';
import { API_LOGIN, type LoginPasswords, SERVICE_LOGIN } from './roles.ts';

/** The three logins on a PostgreSQL that the operator named, by its URL. */
export function loginsOfUrl(url: string, passwords: LoginPasswords): DatabaseLogins {
  const as = (user: string, password: string): { readonly connectionString: string } => {
    const own = new URL(url);
    // As parameters, because a URL without a host (a socket) can carry no user of its own.
    own.searchParams.set('user', user);
    own.searchParams.set('password', password);
    own.username = '';
    own.password = '';
    return { connectionString: own.href };
  };
  return {
    admin: { connectionString: url },
    service: as(SERVICE_LOGIN, passwords.service),
    api: as(API_LOGIN, passwords.api),
  };
}

/** The URL of the embedded PostgreSQL as its superuser. */
export function embeddedUrl(connection: { readonly host: string; readonly port: number }, password: string): string {
  const query = new URLSearchParams({
    host: connection.host,
    port: String(connection.port),
    user: 'postgres',
    password,
  });
  return `postgresql:///${HUB_DATABASE}?${query.toString()}`;
}

/** Leaves the URL for the operator's own tools in a file that only the hub's account may read. */
export function writeUrlFile(path: string, url: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${url}\n`, { mode: 0o600 });
}
