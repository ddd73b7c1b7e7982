import type { HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { AuditOverview } from '@santehaggui/protocols/api/hub-audit-api.ts';
import { isCountersigned } from '@santehaggui/protocols/audit/checkpoint.ts';
import { nextVersionEntry } from '@santehaggui/protocols/consents/consent-chain.ts';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { Sign, Signed } from '@santehaggui/protocols/frames/sign-messages.ts';
import { fieldNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';
import { TestTrail } from './testing/test-trail.ts';

let hub: TestHub;
let serial = 0;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

function lonely(): Promise<FakeNode> {
  serial++;
  return hub.enrolled(`seen_${serial}`, { region: `Region ${serial}` });
}

async function show(node: FakeNode, ...signs: readonly Sign[]): Promise<readonly Signed[]> {
  const connection = await hub.connect(node);
  const answers: Signed[] = [];
  for (const sign of signs) answers.push(await connection.show(sign));
  connection.drop();
  return answers;
}

const openOf = async ({ facility }: FakeNode) =>
  (await hub.operator<AuditOverview>('GET', '/audit/findings')).findings
    .filter((finding) => finding.facility === facility)
    .map(({ kind, about }) => ({ kind, about }));
const verdictOf = ([signed]: readonly Signed[]): string => (signed as Signed).verdict.result;

describe('the hub as the witness of a node’s audit trail', () => {
  it('countersigns what goes on from what it has countersigned, with its own key, and keeps each word', async () => {
    const node = await lonely();
    const trail = new TestTrail(node, ['a', 'b', 'c']);
    const first = trail.show(0);
    trail.add('d');
    const second = trail.show(3);
    const answers = await show(node, first, second);
    const key = fromHex(((await (await fetch(`${hub.url}/api/v1/identity`)).json()) as { signKey: string }).signKey);
    for (const [index, { verdict, known }] of answers.entries()) {
      if (verdict.result !== 'countersigned') throw new Error(verdict.result);
      const sign = index === 0 ? first : second;
      expect(isCountersigned(sign.checkpoint, verdict.countersignature, key)).toBe(true);
      expect(known).toBe(3 + index);
    }
    const { nodes } = await hub.operator<AuditOverview>('GET', '/audit/findings');
    expect(nodes.find(({ facility }) => facility === node.facility)).toMatchObject({ entries: 4 });
    expect(await openOf(node)).toEqual([]);
  });

  it('tells a node that lost the answer how far it knows the trail, and takes it from there', async () => {
    const node = await lonely();
    const trail = new TestTrail(node, ['a', 'b', 'c']);
    trail.add('d');
    const first = trail.show(0);
    trail.add('e');
    const [, behind, signed] = await show(node, first, trail.show(2), trail.show(4));
    expect(behind).toMatchObject({ verdict: { result: 'behind' }, known: 4 });
    expect(signed).toMatchObject({ verdict: { result: 'countersigned' }, known: 5 });
  });

  it('refuses a trail in which an entry was rewritten, keeps both signed pasts, and says so until a person has looked', async () => {
    const node = await lonely();
    const trail = new TestTrail(node, ['a', 'b', 'c']);
    await show(node, trail.show(0));
    const other = new TestTrail(node, ['a', 'X', 'c', 'd']);
    expect(verdictOf(await show(node, other.show(3)))).toBe('refused');
    // The same finding once, however often the node comes.
    other.add('e');
    expect(verdictOf(await show(node, other.show(3)))).toBe('refused');
    expect(await openOf(node)).toEqual([{ kind: 'rewritten', about: 3 }]);
    expect(hub.log.events().filter((event) => event === 'witness.finding')).toHaveLength(1);
    const status = await hub.operator<HubStatus>('GET', '/status');
    expect(status.checks.find(({ name }) => name === 'audit')).toMatchObject({ state: 'failing' });
    expect(status.checks.find(({ name }) => name === 'audit')?.detail).toContain(node.facility);

    await hub.operator('POST', '/audit/settle', { facility: node.facility });
    expect(await openOf(node)).toEqual([]);
    // From the other past as it was when it was found, and never again from the first one.
    expect(verdictOf(await show(node, other.show(4)))).toBe('countersigned');
    expect(verdictOf(await show(node, trail.show(3)))).toBe('refused');
    await hub.operator('POST', '/audit/settle', { facility: node.facility });
  });

  it('refuses a trail that is shorter than what it has countersigned', async () => {
    const node = await lonely();
    await show(node, new TestTrail(node, ['a', 'b', 'c']).show(0));
    expect(verdictOf(await show(node, new TestTrail(node, ['a', 'b']).show(2)))).toBe('refused');
    expect(await openOf(node)).toEqual([{ kind: 'shorter', about: 3 }]);
    await hub.operator('POST', '/audit/settle', { facility: node.facility });
    expect(verdictOf(await show(node, new TestTrail(node, ['a', 'b', 'other']).show(2)))).toBe('countersigned');
  });

  it('refuses a checkpoint that names another chain of changes than is here', async () => {
    const node = await lonely();
    node.create('patient', { familyName: 'Traoré', sex: 'female' });
    const connection = await hub.connect(node);
    await connection.push();
    const trail = new TestTrail(node, ['a']);
    const place = { incarnation: node.incarnation, sequence: node.lastSequence };
    const good = await connection.show(trail.show(0, { journal: { ...place, head: node.head() } }));
    expect(good.verdict.result).toBe('countersigned');
    const bad = await connection.show(trail.show(1, { journal: { ...place, head: new Uint8Array(32) } }));
    expect(bad.verdict.result).toBe('refused');
    connection.drop();
    expect(await openOf(node)).toEqual([{ kind: 'chain', about: 1 }]);
    await hub.operator('POST', '/audit/settle', { facility: node.facility });
  });

  it('keeps what a node says of its own damage, and closes on a checkpoint that the node did not sign', async () => {
    const node = await lonely();
    const trail = new TestTrail(node, ['a']);
    await show(node, { ...trail.show(0), faults: { entry: 1, consents: 2 } });
    expect(await openOf(node)).toEqual([
      { kind: 'damaged', about: 1 },
      { kind: 'consents', about: 2 },
    ]);
    await hub.operator('POST', '/audit/settle', { facility: node.facility });
    const stranger = await lonely();
    const connection = await hub.connect(node);
    connection.sendFrame(connection.seal(new TestTrail(stranger, ['a']).show(0)));
    expect(await connection.untilClosed()).toBe(1008);
  });

  it('never lets what was countersigned or found be changed by the login that serves', async () => {
    for (const table of ['witnessed_checkpoint', 'audit_finding', 'audit_finding_settled']) {
      const { rows } = await hub.admin.query<{ privilege: string }>(
        `select privilege_type as privilege from information_schema.role_table_grants
         where table_schema = 'hub' and table_name = $1 and grantee = 'haggui_service' order by 1`,
        [table],
      );
      expect(rows.map(({ privilege }) => privilege)).toEqual(['INSERT', 'SELECT']);
    }
  });
});

describe('the consents in a facility’s register', () => {
  const PATIENT = { familyName: 'Traoré', givenName: 'Aminata', sex: 'female' };

  /** A node with a consent at the hub, and the answer of the hub to its trail. */
  async function withConsent() {
    const node = await lonely();
    const patient = node.create('patient', PATIENT);
    const fields = { patient, decision: 'permit', classes: ['medication'], purpose: 'TREAT', evidence: 'signed' };
    const writes = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [String(fieldNamed(consent, name).number), value]),
    );
    const id = node.create('consent', { ...fields, versions: [nextVersionEntry(null, writes)] });
    const connection = await hub.connect(node);
    await connection.push();
    connection.drop();
    const trail = new TestTrail(node, ['a']);
    const faults = async () => (await show(node, trail.show(0), trail.show(1))).at(-1)?.faults.consents;
    return { node, id, faults };
  }

  it('are proven when the node shows its trail', async () => {
    const { node, faults } = await withConsent();
    expect(await faults()).toBe(0);
    expect(await openOf(node)).toEqual([]);
  });

  const tampering: readonly (readonly [string, (schema: string, id: string) => readonly string[]])[] = [
    [
      'rewritten record',
      (schema, id) => [`update ${schema}.record set fields = fields || '{"2": "deny"}' where id = '${id}'`],
    ],
    ['deleted record', (schema, id) => [`delete from ${schema}.record where id = '${id}'`]],
    [
      'rewritten change',
      (schema, id) => [
        `alter table ${schema}.journal disable trigger all`,
        `update ${schema}.journal set fields = set_byte(fields, 3, 7) where record_id = '${id}'`,
      ],
    ],
    ['deleted change', (schema, id) => [`delete from ${schema}.journal where record_id = '${id}'`]],
    [
      'inserted change',
      (schema, id) => [
        `insert into ${schema}.journal (node, incarnation, sequence, kind, record_id, type, meta, fields, received_at, is_last)
         select node, 'aaaaaaaaaaaa', 1, kind, record_id, type, meta, fields, received_at, is_last
         from ${schema}.journal where record_id = '${id}'`,
      ],
    ],
  ];

  it.each(tampering)('with a %s are found at the next exchange', async (_, statements) => {
    const { node, id, faults } = await withConsent();
    for (const statement of statements(node.facility, id)) await hub.admin.query(statement);
    expect(await faults()).toBeGreaterThan(0);
    expect((await openOf(node)).map(({ kind }) => kind)).toContain('hub-consents');
    await hub.operator('POST', '/audit/settle', { facility: node.facility });
  });
});
