import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isNearUrl } from '@santehaggui/runtime/http/clear-text.ts';
import { failTransport } from '../errors/transport-errors.ts';
import { HUB_DATABASE } from './embedded-postgres.ts';
import type { DatabaseLogins } from './hub-database.ts';
import { API_LOGIN, type LoginPasswords, SERVICE_LOGIN } from './roles.ts';

/** The modes of TLS that ask the server who it is, and never do without. */
const VERIFIED = ['verify-full', 'verify-ca'];

/** Throws SH-C318 for a PostgreSQL on another machine that would be spoken to in clear, or without asking who it is. */
export function refuseClearDatabase(url: string): void {
  const { hostname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  const isHere = host === '' || host.startsWith('/') || isNearUrl(`http://${host}`);
  if (isHere || VERIFIED.includes(searchParams.get('sslmode') ?? '')) return;
  throw failTransport('SH-C318', { why: 'database.url' });
}

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
