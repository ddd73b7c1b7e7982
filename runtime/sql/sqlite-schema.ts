import type { Database } from 'better-sqlite3';

type SchemaRow = { readonly type: string; readonly name: string; readonly sql: string };

const tidy = (sql: string): string =>
  sql
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')
    .join('\n');

/**
 * The schema of a database as text: the statements of its tables, indexes, triggers and views by kind and name, without
 * the tables that SQLite and full-text search keep for themselves. The same schema gives the same text.
 */
export const dumpSqliteSchema = (db: Database): string => {
  const shadows = new Set(
    db
      .prepare<[], string>("select name from pragma_table_list where schema = 'main' and type = 'shadow'")
      .pluck()
      .all() as string[],
  );
  return db
    .prepare<[], SchemaRow>(
      "select type, name, sql from sqlite_schema where sql is not null and name not like 'sqlite\\_%' escape '\\' order by type, name",
    )
    .all()
    .filter(({ name }) => !shadows.has(name))
    .map(({ sql }) => `${tidy(sql)};\n`)
    .join('\n');
};
