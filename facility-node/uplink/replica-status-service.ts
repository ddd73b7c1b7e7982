import type { SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { ReplicaStateStore } from '../store/replica-state-store.ts';
import { replicaOnScreen } from './replica-on-screen.ts';

/** What people at work are told of this replica: how far it is filled, and when it was proven to be as the hub's. */
export class ReplicaStatusService {
  readonly #replica: ReplicaStateStore;

  constructor(db: ConstructorParameters<typeof ReplicaStateStore>[0]) {
    this.#replica = new ReplicaStateStore(db);
  }

  /** As stored; how long the rest of a loading takes, only the connection knows. */
  status(): Pick<SyncStatus, 'proof' | 'loading'> {
    return replicaOnScreen(this.#replica.read());
  }
}
