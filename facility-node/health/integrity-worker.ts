import { parentPort, workerData } from 'node:worker_threads';
import { faultsOf } from '../store/integrity-store.ts';
import type { DatabaseFile } from '../store/key-ring.ts';

// The thread of `checkIntegrity`: answers once.
parentPort?.postMessage(faultsOf(workerData as DatabaseFile));
