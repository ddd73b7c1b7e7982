import { writeSync } from 'node:fs';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { createLogger } from '@santehaggui/runtime/log/logger.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { readClockState } from '../clock-state.ts';
import { dataDirectory } from '../data-directory.ts';
import { ringOpenedByFile } from '../key-ring.ts';
import { openNodeDatabase } from '../open-database.ts';
import { RecordStore } from '../record-store.ts';
import { Timekeeper } from '../timekeeper.ts';

/**
 * Writes patients into the store at `root`, three a transaction, and after each transaction their ids as one line to
 * standard output, until the process is killed. `incarnation` is that of this start.
 */
export async function writeForever(root: string, incarnation: string): Promise<never> {
  await sodiumReady();
  const log = createLogger({ name: 'writer', level: 'silent' });
  const directory = dataDirectory(root);
  const db = await openNodeDatabase({ directory, ring: ringOpenedByFile(directory), clock: systemClock, log });
  const timekeeper = new Timekeeper({ clock: systemClock, hasRtc: true, stored: readClockState(db) });
  const origin = { node: 1, incarnation, journalKey: Buffer.alloc(32, 1) };
  const store = new RecordStore({ db, origin, timekeeper, clock: systemClock });
  for (let round = 0; ; round++) {
    const ids = store.transact({ author: null, role: 'nurse' }, (tx) => {
      const made = [0, 1, 2].map((index) =>
        tx.create(patient, { familyName: 'Traoré', givenName: `${round}-${index}` }),
      );
      tx.patch(made[0] as string, { village: 'Sangha' });
      return made;
    });
    writeSync(1, `${ids.join(' ')}\n`);
  }
}
