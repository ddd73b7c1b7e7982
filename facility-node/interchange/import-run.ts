import { setImmediate as letOthersIn } from 'node:timers/promises';
import type { ImportCounts, ImportEvent, ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { DataDirectory } from '../store/data-directory.ts';
import type { OpenKeyRing } from '../store/key-ring.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { WriteContext } from '../store/record-transaction.ts';
import type { ImportedEntry, ImportReading } from './import-messages.ts';
import { type ImportReaderClient, startImportReader } from './import-reader-client.ts';
import { type ImportOutcome, ImportWriter, type InterchangeCaller } from './import-writer.ts';

/** What an import works on. */
export type ImportParts = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly clock: Clock;
  /** Where the store lies: the reading thread opens it too. */
  readonly directory: DataDirectory;
  readonly ring: OpenKeyRing;
};

/** One import as it is asked for. `files` are paths of files and folders. */
export type ImportRequest = {
  readonly files: readonly string[];
  readonly caller: InterchangeCaller;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: Extract<ImportEvent, { event: 'progress' }>) => void;
};

// A transaction of the thread that serves the LAN lasts 50 ms at most, its commit included (docs/architecture.md).
const AIMED_TRANSACTION_MS = 35;
const FIRST_BATCH = 10;
const MAX_BATCH = 200;
const CHUNK = 500;
// Some 180 MB of write-ahead log: each page of the indexes goes to the file once for all its changes.
const ENTRIES_PER_CHECKPOINT = 8000;

type Outcomes = Record<string, { taken: number; unchanged: number }>;

/**
 * Reads and checks all files in a thread of their own, then writes what they hold in short transactions with room for
 * others between them. Resolves with the counts; rejects only when the node itself fails, or the signal aborts: what was
 * committed then stays, and importing again does the rest.
 */
export async function runImport(
  parts: ImportParts,
  { files, caller, signal, onProgress }: ImportRequest,
): Promise<ImportResult> {
  const start = parts.clock.monotonic();
  const database = { path: parts.directory.databaseFile, ...parts.ring.current() };
  await using reader = startImportReader({ files, database }, signal);
  const reading = await reader.read((done, total) =>
    onProgress?.({ event: 'progress', phase: 'reading', done, total }),
  );
  const writer = new ImportWriter({ ...parts, caller });
  const writing: Writing = {
    reader,
    writer,
    context:
      caller.kind === 'staff'
        ? { author: caller.practitionerId, role: caller.role, guard: 'in-bulk', isLate: true }
        : { author: null, role: 'system', isLate: true },
    signal,
    onWritten: (done) => onProgress?.({ event: 'progress', phase: 'recording', done, total: reading.entries }),
  };
  const outcomes = await tuned(parts.store, () => writeAll(parts, writing));
  return {
    files: reading.files,
    resources: resources(reading, outcomes),
    refusals: reading.refusals,
    unresolved: writer.unresolved,
    incomplete: reading.incomplete,
    seconds: Math.round(parts.clock.monotonic() - start) / 1000,
  };
}

type Writing = {
  readonly reader: ImportReaderClient;
  readonly writer: ImportWriter;
  readonly context: WriteContext;
  readonly signal: AbortSignal | undefined;
  readonly onWritten: (done: number) => void;
};

async function writeAll(
  parts: ImportParts,
  { reader, writer, context, signal, onWritten }: Writing,
): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  let done = 0;
  let batch = FIRST_BATCH;
  let untilCheckpoint = ENTRIES_PER_CHECKPOINT;
  for await (const chunk of chunksOf(reader)) {
    for (let at = 0; at < chunk.length; ) {
      signal?.throwIfAborted();
      const entries = chunk.slice(at, at + batch);
      const start = parts.clock.monotonic();
      parts.store.transact(context, (tx) => {
        for (const entry of entries) count(outcomes, entry, writer.take(entry, tx));
      });
      at += entries.length;
      done += entries.length;
      if (entries.length === batch) batch = nextBatch(batch, parts.clock.monotonic() - start);
      onWritten(done);
      await letOthersIn();
    }
    untilCheckpoint -= chunk.length;
    if (untilCheckpoint > 0) continue;
    untilCheckpoint = ENTRIES_PER_CHECKPOINT;
    // Nothing is written meanwhile: the log then starts anew, and no commit waits for the disk behind the other thread.
    await reader.checkpoint();
  }
  if (done >= CHUNK) await reader.checkpoint();
  return outcomes;
}

/** So many entries that the next transaction lasts as long as aimed at: fewer at once when the disk is slow, more by and by. */
function nextBatch(batch: number, lastedMs: number): number {
  const fitting = Math.floor((batch * AIMED_TRANSACTION_MS) / Math.max(lastedMs, 1));
  return Math.max(1, Math.min(fitting, Math.ceil(batch * 1.2), MAX_BATCH));
}

/** The entries in pieces; the reading thread links the next ones while these are written. */
async function* chunksOf(reader: ImportReaderClient): AsyncGenerator<readonly ImportedEntry[]> {
  let following = reader.next(CHUNK);
  for (let chunk = await following; chunk.length > 0; chunk = await following) {
    following = reader.next(CHUNK);
    // Nobody awaits it when writing fails.
    following.catch(() => undefined);
    yield chunk;
  }
}

/**
 * Runs work during which no commit stops to bring the write-ahead log into the file, and which keeps the indexes in memory:
 * ids are hashes, so that each record touches another page of each.
 */
async function tuned<Result>({ db }: RecordStore, work: () => Promise<Result>): Promise<Result> {
  const usual = ['wal_autocheckpoint', 'cache_size'].map(
    (name) => `${name} = ${Number(db.pragma(name, { simple: true }))}`,
  );
  db.pragma('wal_autocheckpoint = 0');
  db.pragma('cache_size = -65536');
  try {
    return await work();
  } finally {
    for (const setting of usual) db.pragma(setting);
  }
}

function count(outcomes: Outcomes, { resourceType }: ImportedEntry, outcome: ImportOutcome): void {
  outcomes[resourceType] ??= { taken: 0, unchanged: 0 };
  outcomes[resourceType][outcome]++;
}

function resources({ counts }: ImportReading, outcomes: Outcomes): Record<string, ImportCounts> {
  const named = Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    named.map(([resourceType, { read, unchanged, refused, unsupported }]) => {
      const written = outcomes[resourceType] ?? { taken: 0, unchanged: 0 };
      return [
        resourceType,
        { read, taken: written.taken, unchanged: unchanged + written.unchanged, refused, unsupported },
      ];
    }),
  );
}
