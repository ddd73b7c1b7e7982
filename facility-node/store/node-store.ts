import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { freeBytesAt } from '@santehaggui/runtime/health/machine-checks.ts';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { attachmentIndexer } from './attachment-indexer.ts';
import { AttachmentStore } from './attachment-store.ts';
import { readClockState } from './clock-state.ts';
import type { DataDirectory } from './data-directory.ts';
import { JournalStore } from './journal-store.ts';
import type { OpenKeyRing } from './key-ring.ts';
import type { IdentityKeeper } from './node-identity.ts';
import { openNodeDatabase } from './open-database.ts';
import { RecordStore } from './record-store.ts';
import type { RecordIndexer } from './record-table.ts';
import { Timekeeper } from './timekeeper.ts';

/** What a daemon's store is opened with. `indexers`: those of modules, besides the store's own. */
export type NodeStoreOptions = {
  readonly directory: DataDirectory;
  readonly ring: OpenKeyRing;
  readonly identity: IdentityKeeper;
  /** Of this start. */
  readonly incarnation: string;
  readonly hasRtc: boolean;
  readonly indexers: readonly RecordIndexer[];
  /** Free space that attachments from elsewhere leave alone. */
  readonly reserveMegabytes: number;
  readonly clock: Clock;
  readonly log: Log;
};

/** A node's database with all that reads and writes it. Throws what opening the database throws. */
export async function openNodeStore({
  identity,
  incarnation,
  hasRtc,
  indexers,
  reserveMegabytes,
  ...parts
}: NodeStoreOptions) {
  const { clock, log } = parts;
  const db = await openNodeDatabase(parts);
  const timekeeper = new Timekeeper({ clock, hasRtc, stored: readClockState(db) });
  const { node, journalKey } = identity.current();
  const origin = { node, incarnation, journalKey: fromHex(journalKey) };
  const store = new RecordStore({ db, origin, timekeeper, clock, indexers: [...indexers, attachmentIndexer()] });
  const journal = new JournalStore({ store, timekeeper, log });
  const attachments = new AttachmentStore(store, {
    freeBytes: () => freeBytesAt(parts.directory.root),
    reserveBytes: reserveMegabytes * 1024 * 1024,
  });
  return { db, timekeeper, origin, store, journal, attachments };
}

/** Keeps the database open and the data directory locked while anything else runs. */
export function storeService(db: RecordStore['db'], lock: Disposable): Service {
  return {
    name: 'store',
    run: async ({ signal, ready }) => {
      ready();
      await aborted(signal);
      db.close();
      lock[Symbol.dispose]();
    },
  };
}
