import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { DifferingType } from '@santehaggui/protocols/frames/digest-messages.ts';
import { isPushed } from '@santehaggui/protocols/frames/exchange-machine.ts';
import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AttachmentStore } from '../store/attachment-store.ts';
import type { DigestStore } from '../store/digest-store.ts';
import { JournalDigests } from '../store/journal-digests.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import { RepairStore } from '../store/repair-store.ts';
import type { ReplicaStateStore } from '../store/replica-state-store.ts';
import { checkContents } from './content-check.ts';
import type { ExchangeSession } from './exchange-session.ts';
import { checkReplica, MovedOn, replicaDigest } from './replica-check.ts';
import { ReplicaRepair } from './replica-repair.ts';

/** What proving takes. `session` is the present one; `moved` resolves when something has moved, or after so many milliseconds. */
export type ReplicaProofParts = {
  readonly store: RecordStore;
  readonly journal: JournalStore;
  readonly digests: DigestStore;
  readonly identity: () => { readonly node: number; readonly journalKey: Uint8Array };
  readonly session: () => ExchangeSession | undefined;
  readonly replica: ReplicaStateStore;
  /** Called for each record that was mended at this node or the hub, once that is done. */
  readonly onMended: (records: readonly string[]) => void;
  readonly attachments: AttachmentStore;
  readonly fetchMaxBytes: number;
  /** Whether no attachment can be carried over this connection any more. */
  readonly areAttachmentsIdle: () => boolean;
  readonly clock: Clock;
  readonly moved: (ms: number) => Promise<unknown>;
};

const ATTEMPTS = 10;
/** A comparison lists a hundred records at most; so many times what it lists is mended. */
const ROUNDS = 100;

/** Proves that this replica and the hub's are the same, and mends them from each other where they are not. */
export class ReplicaProof {
  readonly #parts: ReplicaProofParts;

  constructor(parts: ReplicaProofParts) {
    this.#parts = parts;
  }

  /** Proves that both sides hold the same, or says where they differ, or why nothing can be proven now. */
  async verify(): Promise<SyncVerification> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const session = this.#parts.session();
      const reason = this.#reasonAgainst(session);
      if (session === undefined || reason !== undefined) return this.#unproven(reason ?? 'not-connected');
      try {
        return await this.#compare(session);
      } catch (error) {
        if (!(error instanceof MovedOn)) return this.#unproven('connection-lost');
        await this.#parts.moved(1000);
      }
    }
    return this.#unproven('still-changing');
  }

  /** Compares, journals too, mends what differs at either end, and compares again. */
  async repair(): Promise<SyncVerification> {
    const before = await this.#verifyOnceCarried();
    const session = this.#parts.session();
    if (before.reason !== undefined || session === undefined) return before;
    const { store, identity } = this.#parts;
    const repair = new ReplicaRepair({
      store: new RepairStore({ store, ...identity() }),
      digests: new JournalDigests(store.db),
      hub: { ask: (ask) => session.ask(ask), repair: (asked) => session.repair(asked) },
    });
    const mend = async (records: readonly string[]): Promise<void> => {
      for (const id of new Set(records)) await repair.mend(id);
    };
    try {
      await repair.closeHoles();
      let { differences } = before;
      for (let round = 0; round < ROUNDS && differences.length > 0; round++) {
        await mend(idsOf(differences));
        const after = await this.verify();
        if (idsOf(after.differences).join() === idsOf(differences).join()) break;
        differences = after.differences;
      }
      await mend(await repair.recordsWithOtherHistories());
      const { length } = await repair.recordsWithOtherHistories();
      const verification = await this.#verifyOnceCarried();
      const left = Math.max(length, verification.differences.length);
      this.#parts.replica.journalsCompared(this.#parts.clock.now());
      return { ...verification, repaired: { ...repair.report(), left } };
    } catch (error) {
      if (this.#parts.session() === session) throw error;
      return {
        ...this.#unproven('connection-lost'),
        repaired: { ...repair.report(), left: before.differences.length },
      };
    } finally {
      this.#mended(repair.report().records);
    }
  }

  /** As {@link verify}, once the content that one side had lost is there again. */
  async #verifyOnceCarried(): Promise<SyncVerification> {
    for (let round = 0; ; round++) {
      const verification = await this.verify();
      if (verification.reason !== 'attachments-waiting' || round === ROUNDS) return verification;
      await this.#parts.moved(1000);
    }
  }

  #mended(records: readonly string[]): void {
    if (records.length === 0) return;
    this.#parts.replica.mended(this.#parts.clock.now(), records.length);
    this.#parts.onMended(records);
  }

  async #compare(session: ExchangeSession): Promise<SyncVerification> {
    const { digests, journal } = this.#parts;
    const place = () => ({ sequence: journal.lastSequence(), feed: journal.syncState().feedReceived });
    const verification = await checkReplica(
      {
        at: place,
        types: () => digests.types(),
        ranges: (type) => digests.ranges(type),
        records: (type, range) => digests.records(type, range),
        fields: (recordId) => digests.fields(recordId),
      },
      (ask) => session.ask(ask),
    );
    if (verification.converged) return this.#compareContents(session, verification);
    await session.ask({ level: 'differing', types: typesOf(verification) });
    return verification;
  }

  /** The records are the same: so are the contents that they name, or one side has lost some. */
  async #compareContents(session: ExchangeSession, verification: SyncVerification): Promise<SyncVerification> {
    const { attachments, fetchMaxBytes, journal } = this.#parts;
    const differences = await checkContents(attachments, (ask) => session.ask(ask), fetchMaxBytes);
    if (differences.length > 0) {
      // What was found missing is carried again.
      session.put({ kind: 'grown' });
      return { ...verification, converged: false, differences };
    }
    this.#parts.replica.proven({
      at: this.#parts.clock.now(),
      ...{ sequence: journal.lastSequence(), feed: journal.syncState().feedReceived },
    });
    return verification;
  }

  #reasonAgainst(session: ExchangeSession | undefined): string | undefined {
    const { journal, replica } = this.#parts;
    const state = session?.state();
    if (state === undefined || state.phase !== 'live') return 'not-connected';
    if (!isPushed(state) || state.acknowledged < journal.lastSequence()) return 'changes-waiting';
    if (replica.read().loading !== null) return 'loading';
    return this.#parts.areAttachmentsIdle() ? undefined : 'attachments-waiting';
  }

  #unproven(reason: string): SyncVerification {
    const types = this.#parts.digests.types();
    const recordsCompared = types.reduce((sum, { count }) => sum + count, 0);
    const digest = replicaDigest(types);
    return { converged: false, digest, hubDigest: null, recordsCompared, differences: [], reason };
  }
}

function idsOf(differences: SyncVerification['differences']): readonly string[] {
  return differences.map(({ recordId }) => recordId);
}

/** How many records differ, by the numbers of their types. */
function typesOf({ differences }: SyncVerification): readonly DifferingType[] {
  return [...Map.groupBy(differences, ({ recordType }) => recordType)].map(([name, records]) => ({
    type: /^\d+$/.test(name) ? Number(name) : recordTypeNamed(name).number,
    records: records.length,
  }));
}
