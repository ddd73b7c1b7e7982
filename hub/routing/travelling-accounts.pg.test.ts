import type { HubStaffPage } from '@santehaggui/protocols/api/hub-staff-api.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import type { SetStamps } from '@santehaggui/protocols/journal/merge.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import { placeMember, staffAccount, verifierMember } from '@santehaggui/protocols/records/staff-account.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const idOf = (node: FakeNode): string => node.enrolled?.facilityId as string;

/** Brings both ends to the same point over a new connection, compares them, and gives the codes of what was refused. */
async function exchange(node: FakeNode): Promise<readonly string[]> {
  await hub.settled();
  const connection = await hub.connect(node);
  const codes: string[] = [];
  if (node.lastSequence > (connection.hubHello?.received?.upTo ?? 0)) {
    const { refused } = await connection.push(7);
    codes.push(...refused.map(({ code }) => code));
    await hub.settled();
  }
  const { rows } = await hub.admin.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [node.facility],
  );
  await connection.pull(Number(rows[0]?.length));
  if (codes.length === 0) {
    const { entries } = await connection.digest();
    expect(toHex(combineDigests(entries ?? []))).toBe(toHex(combineDigests(node.typeDigests())));
  }
  connection.drop();
  return codes;
}

const sealedFor = (node: FakeNode, fill = 'A') =>
  verifierMember({ facility: idOf(node), key: 'ab'.repeat(32), sealed: Buffer.from(fill.repeat(100)) });

/** Gives a set of an account's record other members, as a node does. */
function put(node: FakeNode, account: string, name: 'places' | 'verifiers', members: readonly string[]): void {
  const key = String(staffAccount.fields[name].number);
  const tags = (node.stateOf(account).state.stamps[key] as SetStamps | undefined)?.tags ?? {};
  const add = members.filter((member) => tags[member] === undefined);
  const remove = Object.entries(tags)
    .filter(([member]) => !members.includes(member))
    .map(([member, seen]) => ({ member, seen }));
  const writes = { [key]: { kind: 'set', add, remove, authorised: true } } as const;
  node.write({ recordType: staffAccount.number, recordId: account, writes });
}

async function openThree(name: string) {
  const region = { region: name };
  const home = await hub.enrolled(`${name}_home`, region);
  const there = await hub.enrolled(`${name}_there`, { ...region, kind: 'csref' });
  const third = await hub.enrolled(`${name}_third`, region);
  const nurse = home.create('practitioner', {
    familyName: 'Guindo',
    role: 'nurse',
    facility: idOf(home),
    active: true,
  });
  const place = (node: FakeNode, role: Role = 'nurse') => placeMember({ facility: idOf(node), role });
  const account = home.create('staffAccount', {
    ...{ practitioner: nurse, home: idOf(home), login: 'awa' },
    ...{ places: [place(there)], verifiers: [sealedFor(home), sealedFor(there)] },
  });
  for (const node of [home, there, third]) expect(await exchange(node)).toEqual([]);
  return { home, there, third, nurse, account, place };
}

describe('an account of staff', () => {
  it('goes with its practitioner to the facilities that its home says, to no third one, and its password comes back', async () => {
    const { home, there, third, nurse, account } = await openThree('routed');
    expect(there.fields(account)).toMatchObject({ login: 'awa', practitioner: nurse });
    expect(there.fields(nurse)).toMatchObject({ familyName: 'Guindo' });
    expect(third.recordsOf('staffAccount')).toEqual([]);
    expect(third.recordsOf('practitioner')).toEqual([]);
    const { rows } = await hub.admin.query(
      'select (select count(*)::int from routed_third.record where type in (2, 18)) as records, (select count(*)::int from routed_third.journal where record_id = any($1)) as changes',
      [[nurse, account]],
    );
    expect(rows).toEqual([{ records: 0, changes: 0 }]);

    put(there, account, 'verifiers', [sealedFor(home, 'B'), sealedFor(there, 'B')]);
    home.patch(nurse, { phone: '+22376123456' });
    for (const node of [there, home, there]) expect(await exchange(node)).toEqual([]);
    expect(home.fields(account).verifiers).toEqual([sealedFor(home, 'B'), sealedFor(there, 'B')].sort());
    expect(there.fields(nurse)).toMatchObject({ phone: '+22376123456' });
  });

  it('tells the facilities the keys of each other’s nodes, and takes back that of one that was stolen', async () => {
    const { home, there } = await openThree('keys');
    await exchange(home);
    await exchange(there);
    const { rows } = await hub.admin.query<{ code: string; key: string }>(
      `select code, encode(seal_key, 'hex') as key from hub.facility where code in ('keys_home', 'keys_there') order by code`,
    );
    for (const node of [home, there]) {
      expect(node.fields(idOf(home)).nodeKey).toBe(rows[0]?.key);
      expect(node.fields(idOf(there)).nodeKey).toBe(rows[1]?.key);
      expect(
        node.fields(node.recordsOf('facility').find((id) => ![idOf(home), idOf(there)].includes(id)) ?? '').nodeKey,
      ).toBeUndefined();
    }
    await hub.operator('POST', '/facilities/revoke', { facility: 'keys_there', reason: 'stolen' });
    await exchange(home);
    expect(home.fields(idOf(there)).nodeKey).toBeUndefined();
  });

  it('ends where its home says that it is valid no longer, and can come back', async () => {
    const { home, there, third, account, nurse, place } = await openThree('ended');
    put(home, account, 'places', [place(third)]);
    for (const node of [home, there, third]) expect(await exchange(node)).toEqual([]);
    expect(there.recordsOf('staffAccount')).toEqual([]);
    expect(third.fields(account)).toMatchObject({ login: 'awa', practitioner: nurse });
    const { rows } = await hub.admin.query('select from hub.holder where facility = $1 and record_id = $2', [
      'ended_there',
      account,
    ]);
    expect(rows).toEqual([]);
    put(home, account, 'places', [place(there), place(third)]);
    for (const node of [home, there]) expect(await exchange(node)).toEqual([]);
    expect(there.fields(account)).toMatchObject({ login: 'awa' });
  });

  it('is its home’s to give away, to take back and to disable: what another node writes of that is refused', async () => {
    const { home, there, third, account, nurse, place } = await openThree('owned');
    put(there, account, 'places', [place(there), place(third)]);
    there.patch(nurse, { active: false });
    there.create('staffAccount', {
      ...{ practitioner: nurse, home: idOf(home), login: 'intruder' },
      ...{ places: [place(third)], verifiers: [sealedFor(third)] },
    });
    // An account of its own, for somebody else's nurse; and what she is.
    there.create('staffAccount', {
      ...{ practitioner: nurse, home: idOf(there), login: 'intruder' },
      ...{ places: [place(home)], verifiers: [sealedFor(home)] },
    });
    there.patch(nurse, { role: 'head' });
    expect(await exchange(there)).toEqual(['SH-X305', 'SH-X305', 'SH-X305', 'SH-X305', 'SH-X305']);
    for (const node of [home, third]) await exchange(node);
    expect(third.recordsOf('staffAccount')).toEqual([]);
    expect(home.fields(nurse)).toMatchObject({ active: true, role: 'nurse' });
    expect(home.recordsOf('staffAccount')).toEqual([account]);

    put(home, account, 'places', []);
    await exchange(home);
    // Its node has not heard of the end, and changes the password once more.
    put(there, account, 'verifiers', [sealedFor(home, 'C')]);
    expect(await exchange(there)).toContain('SH-X305');
    await exchange(home);
    expect(home.fields(account).verifiers).not.toContain(sealedFor(home, 'C'));
  });
});

describe('an operator of the hub', () => {
  it('sees the staff of a facility, and disables somebody at every node that has the account', async () => {
    const { home, there, third, nurse } = await openThree('operated');
    const staff = await hub.operator<HubStaffPage>('GET', '/staff?facility=operated_home');
    expect(staff.items).toEqual([
      { id: nurse, name: 'Guindo', role: 'nurse', facilities: ['operated_home', 'operated_there'], active: true },
    ]);
    expect((await hub.operator<HubStaffPage>('GET', '/staff?facility=operated_there')).items).toEqual([]);
    const body = { facility: 'operated_home', id: nurse, reason: 'perte de sa tablette' };
    expect(await hub.operator('POST', '/staff/disable', body)).toEqual({ changed: true });
    expect(await hub.operator('POST', '/staff/disable', body)).toEqual({ changed: false });
    for (const node of [home, there, third]) expect(await exchange(node)).toEqual([]);
    for (const node of [home, there]) expect(node.fields(nurse)).toMatchObject({ active: false });
    expect(third.recordsOf('practitioner')).toEqual([]);

    await hub.operator('POST', '/staff/enable', body);
    for (const node of [home, there]) expect(await exchange(node)).toEqual([]);
    for (const node of [home, there]) expect(node.fields(nurse)).toMatchObject({ active: true });
  });

  it('disables somebody who works in one place, and is told of who is not known there', async () => {
    const node = await hub.enrolled('alone_home', { region: 'alone' });
    const nurse = node.create('practitioner', {
      familyName: 'Tapo',
      role: 'nurse',
      facility: idOf(node),
      active: true,
    });
    expect(await exchange(node)).toEqual([]);
    const body = { facility: 'alone_home', id: nurse, reason: 'lettre du 12/11' };
    await hub.operator('POST', '/staff/disable', body);
    expect(await exchange(node)).toEqual([]);
    expect(node.fields(nurse)).toMatchObject({ active: false });
    await expect(hub.operator('POST', '/staff/disable', { ...body, id: idOf(node) })).rejects.toMatchObject({
      code: 'SH-N315',
    });
    await expect(hub.operator('GET', '/staff?facility=nowhere')).rejects.toMatchObject({ code: 'SH-N314' });
  });
});
