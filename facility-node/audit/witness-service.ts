import { countersign, readCheckpoint, type SignedCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import { judgeTrail } from '@santehaggui/protocols/audit/witness.ts';
import type { TreeHead } from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { OwnFaults, ShownTrail, Sign, Signed, Witnessed } from '@santehaggui/protocols/frames/sign-messages.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { AuditProofService, AuditSigner } from './audit-proof-service.ts';
import { HubTrailStore } from './hub-trail-store.ts';

/** What the service is made of. */
export type WitnessOptions = {
  readonly db: RecordStore['db'];
  readonly proofs: AuditProofService;
  readonly audit: AuditTrail;
  readonly signer: () => AuditSigner;
  /** How much is wrong with the consents of this node. */
  readonly consentFaults: () => number;
  /** Of the feed; see `hub_trail`. */
  readonly generation: () => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

/** What a conversation with the other witness has shown: nothing wrong, or what. */
export type WitnessProblem = 'own-refused' | 'hub-rewritten' | 'hub-damaged';

/**
 * Node and hub are each other's witnesses: each signs how far its audit trail is, shows that it goes on from what the other has
 * countersigned, and countersigns the other's (docs/protocol.md, 11.5).
 */
export class WitnessService {
  readonly #options: WitnessOptions;
  readonly #hubTrail: HubTrailStore;
  #problems: ReadonlySet<WitnessProblem> = new Set();
  /** How much of the trail the hub knows, where it wants to be shown it from there. */
  #wanted: number | undefined;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#hubTrail = new HubTrailStore(options.db);
  }

  /** What was wrong the last time that both showed each other their trails. */
  problems(): readonly WitnessProblem[] {
    return [...this.#problems];
  }

  /** Shows the trail as it goes on from `from`; first looks at all of it, and at the consents, and says what is wrong. */
  async show(from?: number): Promise<Sign> {
    const { proofs } = this.#options;
    const faults = await this.#faults();
    const after = from ?? this.#wanted ?? proofs.anchored()?.tree.size ?? 0;
    const { checkpoint, proof } = proofs.sign(after);
    return { kind: 'sign', checkpoint, from: after, proof, faults, witnessed: this.#known()?.size ?? 0 };
  }

  /** Shows the trail over a connection, once more where the hub knows it over another length, and judges the hub's. */
  async converse(
    ask: (sign: Sign) => Promise<Signed>,
    answer: (word: Witnessed) => void,
  ): Promise<readonly WitnessProblem[]> {
    let shown = await this.show();
    let signed = await ask(shown);
    if (signed.verdict.result === 'behind') {
      shown = await this.show(signed.known);
      signed = await ask(shown);
    }
    const word = this.take(signed, shown.checkpoint);
    if (word !== undefined) answer(word);
    return this.problems();
  }

  /**
   * Takes the hub's answer about a checkpoint: keeps its countersignature, and gives this node's word for the hub's own trail, if that
   * was shown. What is wrong stands in the audit trail, once.
   */
  take(signed: Signed, checkpoint: SignedCheckpoint): Witnessed | undefined {
    const { verdict, faults } = signed;
    const problems = new Set<WitnessProblem>();
    this.#wanted = verdict.result === 'behind' ? signed.known : undefined;
    if (verdict.result === 'countersigned') this.#options.proofs.keep(checkpoint, verdict.countersignature);
    if (verdict.result === 'refused') problems.add('own-refused');
    if (faults.entry > 0 || faults.consents > 0) problems.add('hub-damaged');
    const word = signed.trail === null ? undefined : this.#witness(signed.trail);
    if (word?.countersignature === null) problems.add('hub-rewritten');
    this.#note(problems, signed);
    return word;
  }

  #witness(trail: ShownTrail): Witnessed | undefined {
    const { signer, clock } = this.#options;
    const { keys, hubKey } = signer();
    const read = hubKey === undefined ? undefined : readCheckpoint(trail.checkpoint, hubKey);
    if (read?.node !== 0) return undefined;
    const standing = judgeTrail(this.#known(), { ...trail, tree: read.tree });
    const entries = read.tree.size;
    // The hub was told how far this node is a moment ago: from elsewhere it proves nothing, and the next time it will.
    if (standing === 'other-place') return undefined;
    if (standing !== 'goes-on') return { kind: 'witnessed', entries, countersignature: null };
    const countersignature = countersign(trail.checkpoint, Math.max(0, clock.now()), keys.privateKey);
    this.#hubTrail.add({ generation: this.#generation(), entries }, trail.checkpoint, countersignature);
    return { kind: 'witnessed', entries, countersignature };
  }

  /** The hub's trail as this node has countersigned it last. */
  #known(): TreeHead | undefined {
    const { hubKey } = this.#options.signer();
    const last = this.#hubTrail.last(this.#generation());
    return last === undefined || hubKey === undefined ? undefined : readCheckpoint(last, hubKey)?.tree;
  }

  #generation(): string {
    return this.#options.generation() ?? '';
  }

  async #faults(): Promise<OwnFaults> {
    const { proofs, consentFaults } = this.#options;
    const { firstInvalid } = await proofs.verify();
    return { entry: firstInvalid ?? 0, consents: consentFaults() };
  }

  #note(problems: ReadonlySet<WitnessProblem>, { known, faults }: Signed): void {
    const fresh = [...problems].filter((problem) => !this.#problems.has(problem));
    this.#problems = problems;
    if (fresh.length === 0) return;
    this.#options.log.error('audit.witness', { problems: fresh, known, faults });
    this.#options.audit.append(
      { kind: 'daemon' },
      {
        action: 'read',
        recordType: 'audit',
        purpose: 'SYSADMIN',
        decision: 'deny',
        detail: { what: 'witness', problems: fresh, known, hub: faults },
      },
    );
  }
}
