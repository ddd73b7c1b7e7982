import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ImportedEntry, ImportReading, ReaderData, ReaderMessage, WriterMessage } from './import-messages.ts';

/** The reading thread of one import. */
export type ImportReaderClient = AsyncDisposable & {
  /** Reads all files; `onProgress` is told how many of how many are done. Rejects when the thread dies. */
  read(onProgress: (done: number, total: number) => void): Promise<ImportReading>;
  /** The next entries, up to `limit`; none when that was all. */
  next(limit: number): Promise<readonly ImportedEntry[]>;
  /** Brings into the database file what the write-ahead log holds by now; what is asked meanwhile is answered later. */
  checkpoint(): Promise<void>;
};

/** Starts the thread; `await using` ends it. */
export function startImportReader(data: ReaderData, signal?: AbortSignal): ImportReaderClient {
  const worker = new Worker(new URL('./import-worker.ts', import.meta.url), {
    workerData: data,
    // All that is read stays until it is written: with the usual small young generation it is copied over and over.
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  });
  // Queues what is said meanwhile, rejects when the thread fails, ends when it does.
  const messages = on(worker, 'message', { close: ['exit'], ...(signal === undefined ? {} : { signal }) });
  const message = async (): Promise<ReaderMessage> => {
    const { value, done } = await messages.next();
    if (done === true) throw new Error('the reading thread ended too early');
    return value[0] as ReaderMessage;
  };
  return {
    read: async (onProgress) => {
      for (;;) {
        const said = await message();
        if (said.kind === 'reading') return said.reading;
        if (said.kind === 'progress') onProgress(said.done, said.total);
      }
    },
    next: async (limit) => {
      const request: WriterMessage = { kind: 'next', limit };
      worker.postMessage(request);
      const said = await message();
      return said.kind === 'entries' ? said.entries : [];
    },
    checkpoint: async () => {
      const request: WriterMessage = { kind: 'checkpoint' };
      worker.postMessage(request);
      await message();
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
