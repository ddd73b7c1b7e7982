import { writeSync } from 'node:fs';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { createLogger } from '@santehaggui/runtime/log/logger.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { dataDirectory } from '../data-directory.ts';
import { ringOpenedByFile } from '../key-ring.ts';
import { openNodeDatabase, rekeyDatabase } from '../open-database.ts';

/** Gives the database of the store at `root` key after key, and tells each step as a line, until the process is killed. */
export async function rotateForever(root: string): Promise<never> {
  await sodiumReady();
  const log = createLogger({ name: 'rotator', level: 'silent' });
  const directory = dataDirectory(root);
  const ring = ringOpenedByFile(directory);
  const db = await openNodeDatabase({ directory, ring, clock: systemClock, log });
  for (;;) {
    writeSync(1, 'begins\n');
    const next = ring.beginRotation(systemClock.now());
    writeSync(1, 'has both keys\n');
    rekeyDatabase(db, next);
    writeSync(1, 'has a new key\n');
    ring.settle(next);
  }
}
