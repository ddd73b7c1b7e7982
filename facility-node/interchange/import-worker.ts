import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointStore } from './checkpoint-store.ts';
import { importedFiles } from './import-files.ts';
import type { ReaderData, ReaderMessage, WriterMessage } from './import-messages.ts';
import { ImportReader } from './import-reader.ts';

// The reading thread: parses, checks, maps and links, so that the thread that serves the LAN only writes; and waits for the
// disk when the write-ahead log has grown long.
const port = parentPort;
if (port === null) throw new Error('import-worker.ts runs as a worker thread only');
const say = (message: ReaderMessage): void => port.postMessage(message);
const { files: paths, database } = workerData as ReaderData;

const reader = new ImportReader();
const files = await importedFiles(paths);
for (const [index, file] of files.entries()) {
  await reader.read(file);
  say({ kind: 'progress', done: index + 1, total: files.length });
}
say({ kind: 'reading', reading: reader.finish() });

const checkpoint = checkpoints();
for await (const [message] of on(port, 'message')) {
  const asked = message as WriterMessage;
  // One after the other: answers are told apart by their order.
  if (asked.kind === 'next') say({ kind: 'entries', entries: reader.next(asked.limit) });
  else {
    await checkpoint();
    say({ kind: 'checkpointed' });
  }
}

/** Opens the database, and loads what that needs, only in an import that is big enough. */
function checkpoints(): () => Promise<void> {
  let store: CheckpointStore | undefined;
  return async () => {
    const { CheckpointStore } = await import('./checkpoint-store.ts');
    store ??= new CheckpointStore(database);
    store.checkpoint();
  };
}
