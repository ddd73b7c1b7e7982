import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { failRuntime } from '../errors/runtime-errors.ts';

/** One numbered migration. `name` is the file's name; `checksum` is the SHA-256 of its bytes, in hex. */
export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
};

/** A migration as the table `schema_migration` remembers it. */
export type AppliedMigration = { readonly number: number; readonly name: string; readonly checksum: string };

/** What a migration run did. `backupPath`: the copy of a SQLite file made before, if one was needed. */
export type MigrationReport = { readonly applied: readonly string[]; readonly backupPath?: string };

const fileName = /^(\d{3})_[a-z0-9]+(_[a-z0-9]+)*\.sql$/;

/** Checks that migrations are numbered 1, 2, 3 … and gives them their numbers. Throws SH-B004. */
export const numberMigrations = (
  files: readonly { readonly name: string; readonly sql: string }[],
): readonly Migration[] =>
  [...files]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, sql }, index) => {
      const number = Number(fileName.exec(name)?.[1]);
      if (number !== index + 1)
        throw failRuntime('SH-B004', { why: `${name}: ${String(index + 1).padStart(3, '0')}_….sql` });
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });

/** Reads the `.sql` files of a folder (`new URL('./migrations/', import.meta.url)`), in order. Throws SH-B004 for a gap, a double or a bad name. */
export const readMigrations = async (folder: URL): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
  return numberMigrations(
    await Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') }))),
  );
};

/**
 * Which migrations are still to be applied. Throws SH-F001 naming the file that was changed, renamed or removed since it
 * was applied, and SH-F002 when the database knows more migrations than this program.
 */
export const pendingMigrations = (
  all: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] => {
  for (const { number, name, checksum } of applied) {
    const known = all[number - 1];
    if (known === undefined) {
      throw failRuntime('SH-F002', {
        why: { fr: `la migration ${name} est inconnue ici`, en: `the migration ${name} is unknown here` },
      });
    }
    if (known.checksum !== checksum || known.name !== name) {
      throw failRuntime('SH-F001', {
        what: {
          fr: `La migration ${name} a été modifiée depuis qu’elle fut appliquée`,
          en: `The migration ${name} has changed since it was applied`,
        },
      });
    }
  }
  return all.slice(applied.length);
};

/** The error of a migration that the database refused. */
export const migrationFailed = (name: string, cause: unknown) =>
  failRuntime('SH-F003', {
    what: { fr: `La migration ${name} a échoué`, en: `The migration ${name} failed` },
    why: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
