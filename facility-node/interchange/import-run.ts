import { setImmediate as letOthersIn } from 'node:timers/promises';
import type { ImportCounts, ImportEvent, ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { WriteContext } from '../store/record-transaction.ts';
import type { ImportedEntry, ImportReading } from './import-messages.ts';
import { type ImportReaderClient, startImportReader } from './import-reader-client.ts';
import { type ImportOutcome, ImportWriter, type InterchangeCaller } from './import-writer.ts';

/** What an import works on. */
export type ImportParts = { readonly store: RecordStore; readonly audit: AuditService; readonly clock: Clock };

/** One import as it is asked for. `files` are paths of files and folders. */
export type ImportRequest = {
  readonly files: readonly string[];
  readonly caller: InterchangeCaller;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: Extract<ImportEvent, { event: 'progress' }>) => void;
};

// A transaction of the thread that serves the LAN lasts 50 ms at most, its commit included (docs/architecture.md).
const MAX_TRANSACTION_MS = 50;
const MIN_WORK_MS = 5;
const CHUNK = 200;

type Outcomes = Record<string, { taken: number; unchanged: number }>;

/**
 * Reads and checks all files in a thread of their own, then writes what they hold in short transactions with room for
 * others between them. Resolves with the counts; rejects only when the node itself fails, or the signal aborts: what was
 * committed then stays, and importing again does the rest.
 */
export async function runImport(parts: ImportParts, { files, caller, signal, onProgress }: ImportRequest): Promise<ImportResult> {
  const start = parts.clock.monotonic();
  await using reader = startImportReader(files, signal);
  const reading = await reader.read((done, total) => onProgress?.({ event: 'progress', phase: 'reading', done, total }));
  const writer = new ImportWriter({ ...parts, caller });
  const outcomes = await writeAll(parts, {
    reader,
    writer,
    context: caller.kind === 'staff' ? { author: caller.practitionerId, role: caller.role } : { author: null, role: 'system' },
    signal,
    onWritten: (done) => onProgress?.({ event: 'progress', phase: 'recording', done, total: reading.entries }),
  });
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

async function writeAll(parts: ImportParts, { reader, writer, context, signal, onWritten }: Writing): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  let done = 0;
  let commitMs = 0;
  for await (const chunk of chunksOf(reader)) {
    for (let at = 0; at < chunk.length; ) {
      signal?.throwIfAborted();
      const start = parts.clock.monotonic();
      const workEnd = start + Math.max(MAX_TRANSACTION_MS - commitMs, MIN_WORK_MS);
      const first = at;
      at = parts.store.transact(context, (tx) => {
        let next = first;
        do {
          const entry = chunk[next++] as ImportedEntry;
          count(outcomes, entry, writer.take(entry, tx));
        } while (next < chunk.length && parts.clock.monotonic() < workEnd);
        return next;
      });
      // A slow disk makes commits long; half of what was learnt is forgotten each time, for it may be fast again.
      commitMs = (commitMs + Math.max(parts.clock.monotonic() - workEnd, 0)) / 2;
      done += at - first;
      onWritten(done);
      await letOthersIn();
    }
  }
  return outcomes;
}

/** The entries in pieces; the reading thread links the next ones while these are written. */
async function* chunksOf(reader: ImportReaderClient): AsyncGenerator<readonly ImportedEntry[]> {
  let following = reader.next(CHUNK);
  for (;;) {
    const chunk = await following;
    if (chunk.length === 0) return;
    following = reader.next(CHUNK);
    // Nobody awaits it when writing fails.
    following.catch(() => undefined);
    yield chunk;
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
      return [resourceType, { read, taken: written.taken, unchanged: unchanged + written.unchanged, refused, unsupported }];
    }),
  );
}
