import type { Database } from 'better-sqlite3';

/** As many pages (4 kB) that are worth a checkpoint: far fewer than {@link LOG_PAGES}, so that a save hardly ever meets that. */
const WORTH_PAGES = 1000;

/** The write-ahead log may grow to 16 MB before a commit itself brings it into the file: a page that many records share is written once. */
export const LOG_PAGES = 4000;

/**
 * Brings the write-ahead log into the file when there is enough of it, so that nobody’s save has to: some milliseconds, and none when
 * there is little (SQLite, passive checkpoints). Gives how many pages of the log were brought.
 */
export function checkpointAtRest(db: Database): number {
  const waiting = pagesWaiting(db, 'wal_checkpoint(noop)');
  if (waiting < WORTH_PAGES) return 0;
  return waiting - pagesWaiting(db, 'wal_checkpoint(passive)');
}

/** The pages that are still to be brought after a checkpoint of that kind. */
function pagesWaiting(db: Database, checkpoint: string): number {
  const [{ log, checkpointed }] = db.pragma(checkpoint) as [{ log: number; checkpointed: number }];
  return log - checkpointed;
}
