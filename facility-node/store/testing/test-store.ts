import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { type RecordingLog, recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import type { Database } from 'better-sqlite3';
import { attachmentIndexer } from '../attachment-indexer.ts';
import { readClockState } from '../clock-state.ts';
import { type DataDirectory, dataDirectory, makeDataDirectory } from '../data-directory.ts';
import { createRingWithFile, type OpenKeyRing, ringOpenedByFile } from '../key-ring.ts';
import { openNodeDatabase } from '../open-database.ts';
import { RecordStore } from '../record-store.ts';
import type { RecordIndexer } from '../record-table.ts';
import { Timekeeper } from '../timekeeper.ts';

/** A node's real store in a directory of its own, on a clock that moves when told to. */
export type TestStore = AsyncDisposable & {
  readonly store: RecordStore;
  readonly db: Database;
  readonly timekeeper: Timekeeper;
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly directory: DataDirectory;
  readonly ring: OpenKeyRing;
  /** Closes the database and opens it again as the daemon's next start does: a new incarnation. */
  reopen(): Promise<void>;
};

/** What a test store may be told. `node` defaults to 1. */
export type TestStoreOptions = {
  readonly node?: number;
  readonly indexers?: readonly RecordIndexer[];
  readonly clock?: FakeClock;
};

/** Opens an empty store; `await using` closes and removes it. */
export async function openTestStore({
  node = 1,
  indexers = [],
  clock = new FakeClock(),
}: TestStoreOptions = {}): Promise<TestStore> {
  await sodiumReady();
  const temporary = await temporaryDirectory();
  const directory = dataDirectory(temporary.path);
  makeDataDirectory(directory);
  const log = recordingLog();
  const journalKey = Buffer.alloc(32, node);
  let starts = 0;

  const open = async (): Promise<Pick<TestStore, 'store' | 'db' | 'timekeeper' | 'ring'>> => {
    const ring =
      starts === 0
        ? createRingWithFile(directory, { cipher: 'aegis', nowMs: clock.now() })
        : ringOpenedByFile(directory);
    const db = await openNodeDatabase({ directory, ring, clock, log: log.log, mayCreate: starts === 0 });
    const incarnation = Buffer.from([node % 256, ++starts, 3, 4, 5, 6]).toString('hex');
    const timekeeper = new Timekeeper({ clock, hasRtc: true, stored: readClockState(db) });
    const store = new RecordStore({
      db,
      origin: { node, incarnation, journalKey },
      timekeeper,
      clock,
      indexers: [...indexers, attachmentIndexer()],
    });
    return { store, db, timekeeper, ring };
  };

  let opened = await open();
  return {
    get store() {
      return opened.store;
    },
    get db() {
      return opened.db;
    },
    get timekeeper() {
      return opened.timekeeper;
    },
    get ring() {
      return opened.ring;
    },
    clock,
    log,
    directory,
    reopen: async () => {
      opened.db.close();
      opened = await open();
    },
    [Symbol.asyncDispose]: async () => {
      opened.db.close();
      await temporary.remove();
    },
  };
}
