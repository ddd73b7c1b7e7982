import { parentPort, workerData } from 'node:worker_threads';
import { importedFiles } from './import-files.ts';
import type { ReaderMessage, WriterMessage } from './import-messages.ts';
import { ImportReader } from './import-reader.ts';

// The reading thread: parses, checks, maps and links, so that the thread that serves the LAN only writes.
const port = parentPort;
if (port === null) throw new Error('import-worker.ts runs as a worker thread only');
const say = (message: ReaderMessage): void => port.postMessage(message);

const reader = new ImportReader();
const files = await importedFiles(workerData as readonly string[]);
for (const [index, file] of files.entries()) {
  await reader.read(file);
  say({ kind: 'progress', done: index + 1, total: files.length });
}
say({ kind: 'reading', reading: reader.finish() });
port.on('message', ({ limit }: WriterMessage) => say({ kind: 'entries', entries: reader.next(limit) }));
