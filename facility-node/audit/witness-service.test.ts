import {
  countersign,
  isCountersigned,
  readCheckpoint,
  type SignedCheckpoint,
  signCheckpoint,
} from '@santehaggui/protocols/audit/checkpoint.ts';
import {
  completedBy,
  consistencyProof,
  leafHash,
  rootOf,
  type SubtreeSource,
} from '@santehaggui/protocols/crypto/merkle-tree.ts';
import { signKeysFromSeed, sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import {
  NO_FAULTS,
  type ShownTrail,
  type Sign,
  type Signed,
  type Witnessed,
} from '@santehaggui/protocols/frames/sign-messages.ts';
import { describe, expect, it } from 'vitest';
import { openTestStore } from '../store/testing/test-store.ts';
import { AuditProofService } from './audit-proof-service.ts';
import { AuditService } from './audit-service.ts';
import { WitnessService } from './witness-service.ts';

await sodiumReady();
const HUB = signKeysFromSeed(new Uint8Array(32).fill(1));
const NODE = signKeysFromSeed(new Uint8Array(32).fill(2));

/** A hub's trail over texts, shown from some place. */
function hubTrail(texts: readonly string[], from: number): ShownTrail {
  const rows: (readonly Uint8Array[])[] = [];
  const source: SubtreeSource = { subtree: (level, last) => rows[last]?.[level] as Uint8Array };
  for (const [index, text] of texts.entries()) rows.push(completedBy(index, leafHash(text), source));
  const tree = { size: texts.length, root: rootOf(texts.length, source) };
  const checkpoint = signCheckpoint({ node: 0, tree, journal: null, at: 5 }, HUB.privateKey);
  return { checkpoint, from, proof: from > texts.length ? [] : consistencyProof(from, texts.length, source) };
}

async function openWitness() {
  const node = await openTestStore({ node: 7 });
  const { db, clock, log, store } = node;
  const audit = new AuditService({ db, clock });
  const signer = () => ({ node: 7, keys: NODE, hubKey: HUB.publicKey });
  const proofs = new AuditProofService({ store, signer, facility: 'cscom_sangha', clock });
  const state = { consents: 0, generation: undefined as string | undefined };
  const witness = new WitnessService({
    ...{ db, proofs, audit, signer, clock, log: log.log },
    consentFaults: () => state.consents,
    generation: () => state.generation,
  });
  const write = (): void => audit.append({ kind: 'daemon' }, { action: 'read', recordType: 'patient' });
  for (let entry = 0; entry < 3; entry++) write();
  return { node, witness, proofs, audit, state, write, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
}

/** What a hub answers that countersigns. */
const agreed = ({ checkpoint }: Sign, more: Partial<Signed> = {}): Signed => ({
  kind: 'signed',
  verdict: { result: 'countersigned', countersignature: countersign(checkpoint, 9, HUB.privateKey) },
  known: 0,
  faults: NO_FAULTS,
  trail: null,
  ...more,
});

const treeIn = (signed: SignedCheckpoint) => readCheckpoint(signed, NODE.publicKey)?.tree.size;

describe('a node that shows its audit trail', () => {
  it('keeps the hub’s countersignature, and goes on from there the next time', async () => {
    await using at = await openWitness();
    const first = await at.witness.show();
    expect(first).toMatchObject({ from: 0, faults: NO_FAULTS, witnessed: 0 });
    at.witness.take(agreed(first), first.checkpoint);
    at.write();
    const second = await at.witness.show();
    expect(second.from).toBe(3);
    expect(treeIn(second.checkpoint)).toBe(4);
    expect((await at.proofs.verify()).anchoredEntries).toBe(3);
  });

  it('keeps no word that the hub did not sign', async () => {
    await using at = await openWitness();
    const sign = await at.witness.show();
    const countersignature = countersign(sign.checkpoint, 9, NODE.privateKey);
    at.witness.take({ ...agreed(sign), verdict: { result: 'countersigned', countersignature } }, sign.checkpoint);
    expect(at.proofs.anchored()).toBeUndefined();
  });

  it('shows it again from where the hub knows it', async () => {
    await using at = await openWitness();
    const asked: Sign[] = [];
    await at.witness.converse(
      async (sign) => {
        asked.push(sign);
        return asked.length === 1 ? agreed(sign, { verdict: { result: 'behind' }, known: 2 }) : agreed(sign);
      },
      () => {},
    );
    expect(asked.map(({ from }) => from)).toEqual([0, 2]);
    expect(at.proofs.anchored()?.entries).toBe(3);
  });

  it('shows it from where the hub wants it the next time too, where nobody could ask again', async () => {
    await using at = await openWitness();
    const first = await at.witness.show();
    at.witness.take(agreed(first, { verdict: { result: 'behind' }, known: 2 }), first.checkpoint);
    const second = await at.witness.show();
    expect(second.from).toBe(2);
    at.witness.take(agreed(second), second.checkpoint);
    expect((await at.witness.show()).from).toBe(3);
  });

  it('says that an entry was rewritten, and that consents are wrong, before it signs', async () => {
    await using at = await openWitness();
    at.state.consents = 2;
    at.node.db.exec('drop trigger audit_event_is_never_changed');
    at.node.db.exec("update audit_event set login = 'somebody' where id = 2");
    expect((await at.witness.show()).faults).toEqual({ entry: 2, consents: 2 });
  });

  it('tells people once that the hub refuses its trail, until it no longer does', async () => {
    await using at = await openWitness();
    const refused = (sign: Sign): Signed => agreed(sign, { verdict: { result: 'refused' }, known: 8 });
    for (let time = 0; time < 2; time++) {
      const sign = await at.witness.show();
      at.witness.take(refused(sign), sign.checkpoint);
    }
    expect(at.witness.problems()).toEqual(['own-refused']);
    const noted = at.audit.eventsAfter(3, 10);
    expect(noted.map(({ decision, detail }) => [decision, detail?.problems])).toEqual([['deny', ['own-refused']]]);
    const sign = await at.witness.show();
    at.witness.take(agreed(sign), sign.checkpoint);
    expect(at.witness.problems()).toEqual([]);
  });
});

describe('a node as the witness of the hub’s audit trail', () => {
  const HISTORY = ['a', 'b', 'c', 'd'];

  async function shown(at: Awaited<ReturnType<typeof openWitness>>, trail: ShownTrail): Promise<Witnessed | undefined> {
    const sign = await at.witness.show();
    return at.witness.take(agreed(sign, { trail }), sign.checkpoint);
  }

  it('countersigns what goes on, and tells the hub how far it is', async () => {
    await using at = await openWitness();
    const trail = hubTrail(HISTORY.slice(0, 2), 0);
    const word = await shown(at, trail);
    if (word?.countersignature == null) throw new Error('not countersigned');
    expect(isCountersigned(trail.checkpoint, word.countersignature, NODE.publicKey)).toBe(true);
    expect((await at.witness.show()).witnessed).toBe(2);
    expect((await shown(at, hubTrail(HISTORY, 2)))?.entries).toBe(4);
  });

  it.each([
    ['rewritten', hubTrail(['a', 'X', 'c', 'd', 'e'], 4)],
    ['shorter', hubTrail(['a', 'b'], 4)],
  ])('refuses one that is %s, and tells people', async (_, other) => {
    await using at = await openWitness();
    await shown(at, hubTrail(HISTORY, 0));
    expect(await shown(at, other)).toMatchObject({ countersignature: null });
    expect(at.witness.problems()).toEqual(['hub-rewritten']);
  });

  it('believes a hub that was put back to a backup another past', async () => {
    await using at = await openWitness();
    await shown(at, hubTrail(HISTORY, 0));
    at.state.generation = '0a0b0c0d0e0f';
    expect((await at.witness.show()).witnessed).toBe(0);
    expect((await shown(at, hubTrail(['a', 'b'], 0)))?.countersignature).not.toBeNull();
  });

  it('says nothing of a trail that the hub did not sign', async () => {
    await using at = await openWitness();
    const { checkpoint, ...rest } = hubTrail(HISTORY, 0);
    const forged = { bytes: checkpoint.bytes, signature: new Uint8Array(64) };
    expect(await shown(at, { ...rest, checkpoint: forged })).toBeUndefined();
  });

  it('keeps what it has countersigned for good', async () => {
    await using at = await openWitness();
    await shown(at, hubTrail(HISTORY, 0));
    expect(() => at.node.db.exec('update hub_trail set entries = 9')).toThrow('append-only');
    expect(() => at.node.db.exec('delete from hub_trail')).toThrow('append-only');
  });
});
