import type { AuditOverview } from '@santehaggui/protocols/api/hub-audit-api.ts';
import {
  type Checkpoint,
  countersign,
  decodeCheckpoint,
  readCheckpoint,
  type SignedCheckpoint,
} from '@santehaggui/protocols/audit/checkpoint.ts';
import { judgeTrail } from '@santehaggui/protocols/audit/witness.ts';
import type { ConsentFinding } from '@santehaggui/protocols/consents/consent-chain.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { SignKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import type { ShownTrail, Sign, Signed, Witnessed } from '@santehaggui/protocols/frames/sign-messages.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubAuditService } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import { consentFaults } from '../registers/consent-check-service.ts';
import { Register } from '../registers/register-service.ts';
import {
  addFinding,
  addWitnessed,
  type FindingKind,
  lastWitnessed,
  lockWitness,
  type OpenFinding,
  openFindings,
  registered,
  registerKeys,
  settleFindings,
  witnessedNodes,
} from './witness-store.ts';

/** A node that shows its trail. */
export type SigningNode = { readonly facility: string; readonly node: number; readonly signKey: Uint8Array };

/** What the service is made of. */
export type WitnessOptions = {
  readonly database: HubDatabase;
  readonly trail: Pick<HubAuditService, 'firstInvalid' | 'keep' | 'show'>;
  readonly keys: SignKeys;
  readonly clock: Clock;
  readonly log: Log;
};

/** After these the hub countersigns nothing more of a trail until a person has accepted what it is now. */
const ANOTHER_PAST: ReadonlySet<FindingKind> = new Set(['rewritten', 'shorter']);

type Judgement = {
  readonly verdict: Signed['verdict'];
  readonly known: number;
  readonly findings: readonly { readonly kind: FindingKind; readonly about: number }[];
};

/**
 * The hub as witness of nodes' audit trails: countersigns what goes on from all that it has countersigned before, and keeps what does
 * not for a person (docs/protocol.md, 11.5).
 */
export class WitnessService {
  readonly #options: WitnessOptions;
  /** By node, what it was shown last of the hub's trail and has not answered. */
  readonly #shown = new Map<number, SignedCheckpoint>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Answers a node that shows its trail; the hub's own is shown where the node can answer (`isAnswered`). Throws MalformedMessage for a checkpoint that the node did not sign of itself. */
  async take(node: SigningNode, sign: Sign, { isAnswered = true } = {}): Promise<Signed> {
    const { database } = this.#options;
    const read = readCheckpoint(sign.checkpoint, node.signKey);
    if (read?.node !== node.node) throw new MalformedMessage('a checkpoint that is not the node’s');
    const consents = (await this.#consentFaults(node.facility)).length;
    const { judgement, fresh } = await database.transaction(async (sql) => {
      await lockWitness(sql, node.node);
      const judged = await this.#judge(sql, node, { sign, read });
      const found = [...judged.findings, ...toldFindings(sign, consents)];
      return { judgement: judged, fresh: await this.#note(sql, node, { found, checkpoint: sign.checkpoint }) };
    });
    for (const { kind, about } of fresh)
      this.#options.log.error('witness.finding', { facility: node.facility, node: node.node, kind, about });
    const { verdict, known } = judgement;
    const faults = { entry: await this.#options.trail.firstInvalid(), consents };
    return {
      kind: 'signed',
      verdict,
      known,
      faults,
      trail: isAnswered ? await this.#show(node.node, sign, verdict) : null,
    };
  }

  /** Takes a node's word for the hub's own trail, which it was shown last: keeps it, or what it is that the node does not find again. */
  async witnessed({ facility, node, signKey }: SigningNode, { entries, countersignature }: Witnessed): Promise<void> {
    const { database, trail, clock, log } = this.#options;
    const checkpoint = this.#shown.get(node);
    if (checkpoint === undefined || decodeCheckpoint(checkpoint.bytes)?.tree.size !== entries)
      throw new MalformedMessage('a word for what was not shown');
    this.#shown.delete(node);
    if (countersignature !== null) {
      if (!(await trail.keep({ node, signKey }, checkpoint, countersignature)))
        throw new MalformedMessage('a countersignature that is not the node’s');
      return;
    }
    const found = { facility, node, kind: 'hub-rewritten' as const, about: entries, checkpoint };
    const foundAt = new Date(clock.now());
    if (await database.transaction((sql) => addFinding(sql, { ...found, foundAt })))
      log.error('witness.finding', { facility, node, kind: found.kind, about: entries });
  }

  /** The hub's own trail for its witness, once the node's has been judged. */
  async #show(node: number, { witnessed }: Sign, { result }: Signed['verdict']): Promise<ShownTrail | null> {
    if (result === 'behind') return null;
    const shown = await this.#options.trail.show(witnessed);
    this.#shown.set(node, shown.checkpoint);
    return shown;
  }

  async #judge(
    sql: Sql,
    { facility, node, signKey }: SigningNode,
    { sign, read }: { readonly sign: Sign; readonly read: Checkpoint },
  ): Promise<Judgement> {
    const { keys, clock } = this.#options;
    const last = await lastWitnessed(sql, node);
    const before = last === undefined ? undefined : readCheckpoint(last.checkpoint, signKey);
    const known = before?.tree.size ?? 0;
    const refused = (kind: FindingKind): Judgement => ({
      verdict: { result: 'refused' },
      known,
      findings: [{ kind, about: known }],
    });
    const standing = judgeTrail(before?.tree, { ...sign, tree: read.tree });
    if (standing === 'other-place') return { verdict: { result: 'behind' }, known, findings: [] };
    if (standing !== 'goes-on') return refused(standing);
    if (!(await isOfChain(sql, { facility, node }, read))) return refused('chain');
    const countersignature = countersign(sign.checkpoint, clock.now(), keys.privateKey);
    const place = { node, branch: last?.branch ?? 0, entries: read.tree.size };
    await addWitnessed(sql, place, sign.checkpoint, countersignature);
    return { verdict: { result: 'countersigned', countersignature }, known: read.tree.size, findings: [] };
  }

  async #note(
    sql: Sql,
    { facility, node }: SigningNode,
    { found, checkpoint }: { readonly found: Judgement['findings']; readonly checkpoint: SignedCheckpoint },
  ): Promise<Judgement['findings']> {
    const foundAt = new Date(this.#options.clock.now());
    const fresh: Judgement['findings'][number][] = [];
    for (const one of found)
      if (await addFinding(sql, { facility, node, ...one, checkpoint, foundAt })) fresh.push(one);
    return fresh;
  }

  /** What is wrong with the consents in a facility's register, looked at as they are now. */
  #consentFaults(facility: string): Promise<readonly ConsentFinding[]> {
    return this.#options.database.transaction(
      async (sql) => consentFaults(sql, { facility, ...(await registerKeys(sql, facility)) }),
      { isolation: 'repeatable read', isReadOnly: true },
    );
  }

  /** What is wrong with the consents in all registers, each looked at as it is now. */
  async consentFindings(): Promise<readonly (ConsentFinding & { readonly facility: string })[]> {
    const { database } = this.#options;
    const facilities = await database.transaction((sql) => registered(sql), { isReadOnly: true });
    const found = [];
    for (const facility of facilities)
      found.push(...(await this.#consentFaults(facility)).map((one) => ({ facility, ...one })));
    return found;
  }

  /** What nobody has settled yet. */
  findings(): Promise<readonly OpenFinding[]> {
    return this.#options.database.transaction((sql) => openFindings(sql, null), { isReadOnly: true });
  }

  /** What nobody has settled yet, and how much of each node's trail is countersigned. */
  async overview(): Promise<AuditOverview> {
    const [findings, nodes] = await this.#options.database.transaction(
      async (sql) => [await openFindings(sql, null), await witnessedNodes(sql)] as const,
      { isReadOnly: true },
    );
    return {
      findings: findings.map(({ facility, node, kind, about, foundAt }) => ({
        ...{ facility, node, kind, about },
        foundAt: foundAt.toISOString(),
      })),
      nodes: nodes.map(({ at, ...node }) => ({ ...node, countersignedAt: new Date(at).toISOString() })),
    };
  }

  /**
   * A person has looked into what was found of a facility: it is settled, and a trail that is another one from somewhere on (a disk that
   * was put back) is countersigned as it was when that was found; the next exchange goes on from there. Throws SH-N382 where nothing is open.
   */
  async settle(facility: string): Promise<{ readonly findings: number }> {
    const { database, keys, clock, log } = this.#options;
    const at = clock.now();
    const settled = await database.transaction(async (sql) => {
      const found = await openFindings(sql, facility);
      const others = new Map(found.filter(({ kind }) => ANOTHER_PAST.has(kind)).map((one) => [one.node, one]));
      for (const { node, checkpoint } of others.values()) {
        await lockWitness(sql, node);
        const branch = ((await lastWitnessed(sql, node))?.branch ?? 0) + 1;
        const entries = decodeCheckpoint(checkpoint.bytes)?.tree.size ?? 0;
        await addWitnessed(sql, { node, branch, entries }, checkpoint, countersign(checkpoint, at, keys.privateKey));
      }
      await settleFindings(
        sql,
        found.map(({ id }) => id),
        new Date(at),
      );
      return found;
    });
    if (settled.length === 0) throw failHub('SH-N382', { why: facility });
    log.warn('witness.settled', { facility, findings: settled.length });
    return { findings: settled.length };
  }
}

/** What the node says of itself, and what the hub has found in its own register of that facility. */
function toldFindings({ faults }: Sign, consents: number): Judgement['findings'] {
  return [
    ...(faults.entry > 0 ? [{ kind: 'damaged' as const, about: faults.entry }] : []),
    ...(faults.consents > 0 ? [{ kind: 'consents' as const, about: faults.consents }] : []),
    ...(consents > 0 ? [{ kind: 'hub-consents' as const, about: consents }] : []),
  ];
}

/** Whether the chain of changes that a checkpoint names is the one that is here, as far as it is here. */
async function isOfChain(
  sql: Sql,
  { facility, node }: { readonly facility: string; readonly node: number },
  { journal }: Checkpoint,
): Promise<boolean> {
  if (journal === null) return true;
  const head = await new Register(sql, facility).headAt(node, journal.incarnation, journal.sequence);
  return head === undefined || toHex(head) === toHex(journal.head);
}
