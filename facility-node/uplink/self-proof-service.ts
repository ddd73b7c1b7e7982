import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { Service, ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { ReplicaStateStore } from '../store/replica-state-store.ts';
import { type SelfProof, selfProof } from './self-proof-machine.ts';

/** What a node needs to prove by itself. */
export type SelfProofParts = {
  readonly journal: JournalStore;
  readonly replica: ReplicaStateStore;
  readonly isReady: () => boolean;
  readonly verify: () => Promise<SyncVerification>;
  /** Compares the journals too, and mends what differs. */
  readonly repair: () => Promise<SyncVerification>;
  readonly clock: Clock;
  readonly log: Log;
};

const LOOK_EVERY_MS = 60_000;

/** Compares with the hub without being asked, as `self-proof-machine.ts` says, and mends what differs. */
export class SelfProofService implements Service {
  readonly name = 'self-proof';
  readonly #parts: SelfProofParts;
  #place = '';
  #movedMs: number;
  #comparedMs: number | null = null;

  constructor(parts: SelfProofParts) {
    this.#parts = parts;
    this.#movedMs = parts.clock.monotonic();
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    const { clock, log } = this.#parts;
    ready();
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
      if (signal.aborted) return;
      await this.look().catch((error: unknown) => log.error('proof.failed', { error }));
    }
  }

  /** Looks once whether it is time, and compares if it is. */
  async look(): Promise<SelfProof> {
    const { journal, replica, isReady, clock, verify, repair } = this.#parts;
    const at = { sequence: journal.lastSequence(), feed: journal.syncState().feedReceived };
    const nowMs = clock.monotonic();
    if (this.#place !== JSON.stringify(at)) this.#movedMs = nowMs;
    this.#place = JSON.stringify(at);
    const decision = selfProof({
      wallMs: clock.now(),
      isReady: isReady(),
      state: replica.read(),
      at,
      quietMs: nowMs - this.#movedMs,
      comparedMsAgo: this.#comparedMs === null ? null : nowMs - this.#comparedMs,
    });
    if (decision === 'nothing') return decision;
    this.#comparedMs = nowMs;
    const verification = decision === 'journals' ? await repair() : await verify();
    if (decision === 'records' && verification.reason === undefined && !verification.converged) await repair();
    return decision;
  }
}
