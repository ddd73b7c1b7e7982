import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseFile } from '../store/key-ring.ts';
import { faultsOf } from './integrity-store.ts';

// The thread of `checkIntegrity`: answers once.
parentPort?.postMessage(faultsOf(workerData as DatabaseFile));
