import { randomBytes } from 'node:crypto';
import { sealKeysFromSeed } from '@santehaggui/protocols/crypto/sodium.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { AuditService } from '../../audit/audit-service.ts';
import { recoveryUnlocker } from '../../keys/new-unlockers.ts';
import { IdentityKeeper, newNodeIdentity, writeNodeIdentity } from '../../store/node-identity.ts';
import { openTestStore, type TestStore } from '../../store/testing/test-store.ts';
import { BackupService } from '../backup-service.ts';

/** The hub's keys for sealing, as tests know them. */
export const testHubKeys = () => sealKeysFromSeed(new Uint8Array(32).fill(7));

/** A node with an identity and recovery words, and its backups. */
export type BackupNode = {
  readonly node: TestStore;
  readonly identity: IdentityKeeper;
  readonly backups: BackupService;
  readonly words: string;
};

/** Makes such a node of a test store: enrolled at {@link testHubKeys}, with so many patients. */
export async function openBackupNode({
  code = 'cscom_sangha',
  patients = 20,
  folder,
  retention = { days: 7, weeks: 4 },
}: {
  readonly code?: string;
  readonly patients?: number;
  readonly folder?: string;
  readonly retention?: { readonly days: number; readonly weeks: number };
} = {}): Promise<AsyncDisposable & BackupNode> {
  const node = await openTestStore();
  const { directory, db, ring, clock, log } = node;
  writeNodeIdentity(directory.identityFile, newNodeIdentity({ code, name: `CSCOM ${code}` }, randomBytes));
  const { words, unlocker } = recoveryUnlocker();
  ring.add(unlocker, clock.now());
  ring.add({ kind: 'hub', publicKey: testHubKeys().publicKey }, clock.now());
  const identity = new IdentityKeeper(directory);
  const audit = new AuditService({ db, clock });
  const backups = new BackupService({
    ...{ db, ring, identity, directory, version: '0.1.0', folder, retention, audit, clock, log: log.log },
  });
  addPatients(node, patients);
  return {
    ...{ node, identity, backups, words: words.join(' ') },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

/** Records so many patients. */
export function addPatients(node: TestStore, count: number): void {
  for (let index = 0; index < count; index++) {
    node.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(patient, { familyName: 'Canari-Traoré', givenName: `numéro ${index}` }),
    );
  }
}
