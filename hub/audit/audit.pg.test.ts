import type { AuditPage, AuditVerification } from '@santehaggui/protocols/api/audit-api.ts';
import type { AuditOverview } from '@santehaggui/protocols/api/hub-audit-api.ts';
import { countersign, readCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { isConsistent } from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { ShownTrail, Signed } from '@santehaggui/protocols/frames/sign-messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';
import { TestTrail } from '../witness/testing/test-trail.ts';

let hub: TestHub;
let serial = 0;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

type Entry = {
  readonly login: string | null;
  readonly role: string | null;
  readonly action: string;
  readonly record_type: string;
  readonly decision: string;
  readonly detail: string | null;
};

async function entriesSince(number: number): Promise<readonly Entry[]> {
  const { rows } = await hub.admin.query<Entry>(
    'select login, role, action, record_type, decision, detail from hub.audit_event where id > $1 order by id',
    [number],
  );
  return rows;
}

async function size(): Promise<number> {
  const { rows } = await hub.admin.query<{ entries: string }>('select entries from hub.audit_size');
  return Number(rows[0]?.entries);
}

const verify = () => hub.operator<AuditVerification>('GET', '/audit/verify');

async function signIn(login: string, password: string): Promise<Response> {
  return fetch(`${hub.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password }),
  });
}

/** Adds an account and signs it in; gives how it asks. */
async function reader(role: 'ministry' | 'region') {
  const login = `reader.${++serial}`;
  const password = 'mil rouge du Seno 1974';
  await hub.operator('POST', '/users', { login, password, role, ...(role === 'region' ? { region: 'Mopti' } : {}) });
  const headers = await hub.tokenOf(login, password);
  const ask = (path: string): Promise<Response> => fetch(`${hub.url}/api/v1${path}`, { headers });
  return { login, ask };
}

/** Shows the hub a node's trail, so that it shows its own. */
async function shownTo(node: FakeNode, witnessed: number) {
  const connection = await hub.connect(node);
  const trail = new TestTrail(node, ['a']);
  const first = await connection.show({ ...trail.show(0), witnessed });
  const signed = first.verdict.result === 'behind' ? await connection.show({ ...trail.show(1), witnessed }) : first;
  return { connection, signed, trail: signed.trail as ShownTrail };
}

async function hubKey(): Promise<Uint8Array> {
  return fromHex(((await (await fetch(`${hub.url}/api/v1/identity`)).json()) as { signKey: string }).signKey);
}

describe('the hub’s audit trail', () => {
  it('holds what operators ask of the admin socket and do by it, before it is done, and what was refused', async () => {
    const before = await size();
    await hub.operator('GET', '/facilities');
    await expect(
      hub.operator('POST', '/facilities/revoke', { facility: 'nowhere', reason: 'stolen' }),
    ).rejects.toThrow();
    const entries = await entriesSince(before);
    expect(entries.map(({ role, action, record_type: what, decision }) => [role, action, what, decision])).toEqual([
      ['operator', 'read', 'facility', 'permit'],
      ['operator', 'delete', 'node', 'permit'],
      ['operator', 'delete', 'node', 'deny'],
    ]);
    expect(JSON.parse(entries[2]?.detail ?? '')).toEqual({ facility: 'nowhere', reason: 'stolen', code: 'SH-N381' });
  });

  it('holds who signed in, who was turned away, and who read which report', async () => {
    const { login, ask } = await reader('region');
    const before = await size();
    expect((await signIn(login, 'wrong password')).status).toBe(401);
    expect((await ask('/reports/weekly?week=2026-W47')).status).toBe(200);
    expect((await ask('/consolidated/weekly?week=2026-W47')).status).toBe(403);
    const entries = await entriesSince(before);
    expect(entries.map(({ action, record_type: what, decision }) => [action, what, decision])).toEqual([
      ['sign-in', 'session', 'deny'],
      ['read', 'aggregateReport', 'permit'],
      ['read', 'route', 'deny'],
    ]);
    expect(entries.every((entry) => entry.login === login)).toBe(true);
  });

  it('holds the enrolment of a node, and never a name', async () => {
    const before = await size();
    const node = await hub.enrolled(`audited_${++serial}`, { name: 'Centre au nom secret' });
    const entries = await entriesSince(before);
    expect(entries).toContainEqual(expect.objectContaining({ role: 'node', action: 'create', record_type: 'node' }));
    expect(entries.some(({ detail }) => detail?.includes(node.facility))).toBe(true);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('is searched and exported by the ministry alone, and each question is an entry', async () => {
    const region = await reader('region');
    const ministry = await reader('ministry');
    expect((await region.ask('/audit')).status).toBe(403);
    const page = (await (await ministry.ask(`/audit?login=${region.login}&limit=1`)).json()) as AuditPage;
    expect(page.items).toMatchObject([{ login: region.login, decision: 'deny' }]);
    const next = (await (
      await ministry.ask(`/audit?login=${region.login}&cursor=${page.nextCursor}`)
    ).json()) as AuditPage;
    expect(next.items.map(({ action }) => action)).toEqual(['sign-in']);
    const fhir = (await (await ministry.ask('/audit/export?format=fhir&action=sign-in')).json()) as {
      entry: readonly { readonly resource: { readonly resourceType: string } }[];
    };
    expect(fhir.entry.length).toBeGreaterThan(0);
    expect(fhir.entry.every(({ resource }) => resource.resourceType === 'AuditEvent')).toBe(true);
    const own = (await (await ministry.ask(`/audit?login=${ministry.login}&action=export`)).json()) as AuditPage;
    expect(own.items).toHaveLength(1);
  });

  it('numbers entries without gaps, however many are written at once', async () => {
    const before = await size();
    await Promise.all(Array.from({ length: 20 }, () => hub.operator('GET', '/facilities')));
    expect(await entriesSince(before)).toHaveLength(20);
    expect(await verify()).toMatchObject({ valid: true, findings: [], consents: [] });
  });

  it('gives the login that serves no way to change or delete it', async () => {
    const { rows } = await hub.admin.query<{ name: string; privileges: string }>(
      `select table_name as name, string_agg(privilege_type, ' ' order by privilege_type) as privileges
       from information_schema.role_table_grants
       where table_schema = 'hub' and table_name like 'audit\\_%' and grantee = 'haggui_service' group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { name: 'audit_anchor', privileges: 'INSERT SELECT' },
      { name: 'audit_event', privileges: 'INSERT SELECT' },
      { name: 'audit_finding', privileges: 'INSERT SELECT' },
      { name: 'audit_finding_settled', privileges: 'INSERT SELECT' },
      { name: 'audit_size', privileges: 'SELECT UPDATE' },
    ]);
    for (const text of [`update hub.audit_event set login = 'x'`, 'delete from hub.audit_event'])
      await expect(hub.admin.query(text)).rejects.toThrow('append-only');
  });
});

describe('a node as the witness of the hub’s trail', () => {
  it('is shown how it goes on, and its word is an anchor', async () => {
    const node = await hub.enrolled(`witness_${++serial}`, { region: 'Witness' });
    const { connection, trail } = await shownTo(node, 0);
    const tree = readCheckpoint(trail.checkpoint, await hubKey())?.tree;
    if (tree === undefined) throw new Error('not signed by the hub');
    const countersignature = countersign(trail.checkpoint, Date.now(), node.signKeys.privateKey);
    connection.sendFrame(connection.seal({ kind: 'witnessed', entries: tree.size, countersignature }));
    await expect.poll(async () => (await verify()).anchoredEntries).toBe(tree.size);
    connection.drop();
    const { trail: later, connection: again } = await shownTo(node, tree.size);
    const laterTree = readCheckpoint(later.checkpoint, await hubKey())?.tree;
    if (laterTree === undefined) throw new Error('not signed by the hub');
    expect(laterTree.size).toBeGreaterThan(tree.size);
    expect(isConsistent(tree, laterTree, later.proof)).toBe(true);
    again.drop();
  });

  it('tells the hub that it does not find what it had countersigned, which operators then see', async () => {
    const node = await hub.enrolled(`doubting_${++serial}`, { region: 'Doubt' });
    const { connection, trail } = await shownTo(node, 0);
    const entries = readCheckpoint(trail.checkpoint, await hubKey())?.tree.size as number;
    connection.sendFrame(connection.seal({ kind: 'witnessed', entries, countersignature: null }));
    const found = async () =>
      (await hub.operator<AuditOverview>('GET', '/audit/findings')).findings.filter(
        ({ facility }) => facility === node.facility,
      );
    await expect.poll(found).toMatchObject([{ kind: 'hub-rewritten', about: entries }]);
    connection.drop();
    await hub.operator('POST', '/audit/settle', { facility: node.facility });
  });

  it('is not believed with a word for what was not shown, or that it did not sign', async () => {
    const node = await hub.enrolled(`lying_${++serial}`, { region: 'Lie' });
    const { connection, trail } = await shownTo(node, 0);
    const entries = readCheckpoint(trail.checkpoint, await hubKey())?.tree.size as number;
    const word = { at: 1, signature: new Uint8Array(64) };
    connection.sendFrame(connection.seal({ kind: 'witnessed', entries, countersignature: word }));
    expect(await connection.untilClosed()).toBe(1008);
    const second = await hub.connect(node);
    second.sendFrame(second.seal({ kind: 'witnessed', entries, countersignature: null }));
    expect(await second.untilClosed()).toBe(1008);
  });
});

// Last, because each leaves the trail broken.
describe('a row of the hub’s trail that was tampered with', () => {
  let node: FakeNode;
  let connectionSigned: () => Promise<Signed>;

  beforeAll(async () => {
    node = await hub.enrolled(`victim_${++serial}`, { region: 'Victim' });
    connectionSigned = async () => {
      const { connection, signed } = await shownTo(node, 0);
      connection.drop();
      return signed;
    };
    await hub.admin.query('alter table hub.audit_event disable trigger keep_audit');
  });

  it.each([
    ['rewritten', `update hub.audit_event set login = 'somebody' where id = 5`, 5],
    [
      'put in',
      `insert into hub.audit_event (id, at, action, purpose, decision, tree) values (100000, 1, 'read', 'TREAT', 'permit', '')`,
      null,
    ],
    ['deleted', 'delete from hub.audit_event where id = 3', 3],
  ])('is found by verify and by the next exchange: %s', async (_, statement, first) => {
    await hub.admin.query(statement);
    const { valid, firstInvalid } = await verify();
    expect(valid).toBe(false);
    if (first !== null) expect(firstInvalid).toBe(first);
    expect((await connectionSigned()).faults.entry).toBe(firstInvalid);
  });

  it('does not stop what is done from being written', async () => {
    const before = await size();
    await hub.operator('GET', '/facilities');
    expect(await size()).toBeGreaterThan(before);
  });
});
