import { setImmediate as letOthersIn } from 'node:timers/promises';
import type { AuditProof, AuditVerification } from '@santehaggui/protocols/api/audit-api.ts';
import { auditEntryText } from '@santehaggui/protocols/audit/audit-entry.ts';
import { AuditWalk } from '@santehaggui/protocols/audit/audit-walk.ts';
import {
  type Countersignature,
  isCountersigned,
  type JournalHead,
  readCheckpoint,
  type SignedCheckpoint,
  signCheckpoint,
} from '@santehaggui/protocols/audit/checkpoint.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { consistencyProof, inclusionProof, rootOf, type TreeHead } from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { SignKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordStore } from '../store/record-store.ts';
import { type Anchor, AnchorStore } from './anchor-store.ts';
import { AuditStore } from './audit-store.ts';

/** Who signs for the trail: the node, and the hub's Ed25519 key once there is one. */
export type AuditSigner = {
  readonly node: number;
  readonly keys: SignKeys;
  readonly hubKey: Uint8Array | undefined;
};

/** What the service is made of. */
export type AuditProofOptions = {
  readonly store: RecordStore;
  readonly signer: () => AuditSigner;
  readonly facility: string;
  readonly clock: Clock;
};

type KnownAnchor = Anchor & { readonly tree: TreeHead };

const PAGE = 500;

/** Proves the audit trail: to the operator as a whole, to the hub that it goes on from what it countersigned, to a patient entry by entry. */
export class AuditProofService {
  readonly #options: AuditProofOptions;
  readonly #trail: AuditStore;
  readonly #anchors: AnchorStore;

  constructor(options: AuditProofOptions) {
    this.#options = options;
    this.#trail = new AuditStore(options.store.db);
    this.#anchors = new AnchorStore(options.store.db);
  }

  /** Makes every hash again and believes nothing that is stored beside it. Others are served in between; what is written meanwhile is looked at too. */
  async verify(): Promise<Omit<AuditVerification, 'consents'>> {
    const known = this.#known();
    const walk = new AuditWalk(known.map(({ tree }) => tree));
    for (let last = 0; ; ) {
      const rows = this.#trail.rowsAfter(last, PAGE);
      for (const { id: number, tree, ...facts } of rows) walk.take({ number, facts, tree });
      if (rows.length < PAGE) break;
      last = rows.at(-1)?.id ?? last;
      await letOthersIn();
    }
    const { entries, head, anchored, findings } = walk.finish(this.#trail.size());
    const first = findings.map(({ entry }) => entry).sort((left, right) => left - right)[0];
    const anchor = known.find(({ entries: size }) => size === anchored);
    return {
      valid: first === undefined,
      entries,
      head: toHex(head),
      anchoredEntries: anchored,
      anchoredAt: anchor === undefined ? null : new Date(anchor.countersignature.at).toISOString(),
      ...(first === undefined ? {} : { firstInvalid: first }),
      findings: [...findings],
    };
  }

  /** How far the trail is, and its head; what is stored of it is believed. */
  head(): TreeHead {
    const size = this.#trail.size();
    return { size, root: rootOf(size, this.#trail.tree()) };
  }

  /** The last checkpoint that the hub countersigned, by its own key. */
  anchored(): KnownAnchor | undefined {
    return this.#known().at(-1);
  }

  /** Where the trail and the chain of changes are now, signed; and that this goes on from the trail over `from` entries. */
  sign(from: number): {
    readonly checkpoint: SignedCheckpoint;
    readonly tree: TreeHead;
    readonly proof: readonly Uint8Array[];
  } {
    const { signer, clock } = this.#options;
    const { node, keys } = signer();
    const tree = this.head();
    const checkpoint = signCheckpoint({ node, tree, journal: this.#journal(), at: clock.now() }, keys.privateKey);
    const proof = from > tree.size ? [] : consistencyProof(from, tree.size, this.#trail.tree());
    return { checkpoint, tree, proof };
  }

  /** Keeps the hub's word for a checkpoint; false, and nothing kept, where its key did not sign it. */
  keep(checkpoint: SignedCheckpoint, countersignature: Countersignature): boolean {
    const { keys, hubKey } = this.#options.signer();
    const read = readCheckpoint(checkpoint, keys.publicKey);
    if (hubKey === undefined || read === undefined) return false;
    if (!isCountersigned(checkpoint, countersignature, hubKey)) return false;
    this.#anchors.add({ entries: read.tree.size, checkpoint, countersignature });
    return true;
  }

  /** What proves some entries to whoever has the node's and the hub's keys; those that are not there are left out. */
  proofOf(numbers: readonly number[]): AuditProof {
    const { facility, signer } = this.#options;
    const { keys, hubKey } = signer();
    const anchor = this.anchored();
    const { checkpoint, tree, proof } = this.sign(anchor?.tree.size ?? 0);
    const source = this.#trail.tree();
    const entries = numbers.flatMap((number) => {
      const [row] = this.#trail.rowsAfter(number - 1, 1);
      if (row?.id !== number || number > tree.size) return [];
      const { id: _id, tree: _tree, ...facts } = row;
      const path = inclusionProof(number - 1, tree.size, source).map(toHex);
      return [{ number, text: auditEntryText(number, facts), path }];
    });
    return {
      kind: 'santehaggui-audit-proof-1',
      facility,
      nodeKey: toHex(keys.publicKey),
      checkpoint: inHex(checkpoint),
      entries,
      anchor:
        anchor === undefined || hubKey === undefined
          ? null
          : {
              hubKey: toHex(hubKey),
              checkpoint: inHex(anchor.checkpoint),
              countersignature: { at: anchor.countersignature.at, signature: toHex(anchor.countersignature.signature) },
              consistency: proof.map(toHex),
            },
    };
  }

  /** What the hub has countersigned, as far as its key and ours say so: a row that somebody made up says nothing. */
  #known(): readonly KnownAnchor[] {
    const { keys, hubKey } = this.#options.signer();
    if (hubKey === undefined) return [];
    return this.#anchors.all().flatMap((anchor) => {
      const read = readCheckpoint(anchor.checkpoint, keys.publicKey);
      const isWitnessed = isCountersigned(anchor.checkpoint, anchor.countersignature, hubKey);
      return read === undefined || !isWitnessed ? [] : [{ ...anchor, tree: read.tree }];
    });
  }

  #journal(): JournalHead | null {
    const tip = this.#options.store.tables().journal.tip();
    if (tip === undefined) return null;
    return { incarnation: tip.incarnation, sequence: tip.sequence, head: Uint8Array.from(tip.head) };
  }
}

function inHex({ bytes, signature }: SignedCheckpoint): { readonly bytes: string; readonly signature: string } {
  return { bytes: toHex(bytes), signature: toHex(signature) };
}
