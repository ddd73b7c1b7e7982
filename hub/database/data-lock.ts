import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import { holdLockFile } from '@santehaggui/runtime/sql/lock-file.ts';
import { failDatabase } from './database-errors.ts';

/**
 * A service that holds a data directory for one hub: the next would take the first one's PostgreSQL for an orphan. Throws
 * SH-K300 when another hub has it.
 */
export function dataLock(directory: string): Service {
  return {
    name: 'data-lock',
    run: async ({ signal, ready }) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      using lock = holdLockFile(join(directory, 'lock'));
      if (lock === undefined) throw failDatabase('SH-K300', { why: directory });
      ready();
      await aborted(signal);
    },
  };
}
