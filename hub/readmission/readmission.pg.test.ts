import type { HubIdentity } from '@santehaggui/protocols/enrolment/enrolment.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

let hub: TestHub;
let identity: HubIdentity;
let serial = 0;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
  identity = (await hub.get('/identity')) as HubIdentity;
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const nodeOfItsOwn = (): Promise<FakeNode> => {
  serial++;
  return hub.enrolled(`again_${serial}`, { region: `Region ${serial}` });
};

/** As in a database from before the enrolment. */
const forgetNode = ({ facility }: FakeNode): Promise<unknown> =>
  hub.admin.query(
    'update hub.facility set node = null, sign_key = null, seal_key = null, journal_key = null, enrolled_at = null where code = $1',
    [facility],
  );

/** As in a database from before the registration. */
async function forgetFacility({ facility }: FakeNode): Promise<void> {
  await hub.admin.query(`drop schema ${facility} cascade`);
  await hub.admin.query('delete from consolidated.place where facility = $1', [facility]);
  await hub.admin.query('delete from consolidated.facility where code = $1', [facility]);
  const { rows } = await hub.admin.query<{ relation: string; field: string }>(
    `select c.conrelid::regclass::text as relation, a.attname as field from pg_constraint c
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.confrelid = 'hub.facility'::regclass and c.contype = 'f'`,
  );
  for (const { relation, field } of rows)
    await hub.admin.query(`delete from ${relation} where ${field} = $1`, [facility]);
  await hub.admin.query('delete from hub.feed where facility = $1', [facility]);
  await hub.admin.query('delete from hub.feed_generation where facility = $1', [facility]);
  await hub.admin.query('delete from hub.facility where code = $1', [facility]);
}

async function show(
  node: FakeNode,
  certificate?: string,
): Promise<{ readonly status: number; readonly code?: string }> {
  const response = await fetch(`${hub.url}/api/v1/enrolment/again`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(node.readmissionRequest(identity.sealKey, certificate)),
  });
  const { code } = (await response.json()) as { readonly code?: string };
  return { status: response.status, ...(code === undefined ? {} : { code }) };
}

describe('a node that its hub does not know', () => {
  it('is not taken in where the hub was never put back: nobody forgets a node otherwise', async () => {
    const node = await nodeOfItsOwn();
    await forgetNode(node);
    expect(await show(node)).toMatchObject({ code: 'SH-A380' });
  });

  describe('after the hub was put back to a backup', () => {
    beforeAll(async () => {
      await hub.admin.query(
        `insert into hub.restoration (generation, noticed_at, sign) values ('0a0a0a0a0a0a', now(), 'mark')`,
      );
    });

    it('is taken in by its certificate, once, and exchanges', async () => {
      const node = await nodeOfItsOwn();
      await forgetNode(node);
      await expect(hub.connect(node)).rejects.toThrow('no such node');
      expect((await show(node)).status).toBe(200);
      expect((await show(node)).status).toBe(200);
      const connection = await hub.connect(node);
      expect(connection.hubHello?.feed).toMatchObject({ wantsOffer: true });
      connection.drop();
      const { rows } = await hub.admin.query(
        `select detail from hub.audit_event where role = 'node' and detail like '%certificate%'`,
      );
      expect(rows).toHaveLength(1);
    });

    it('gets its facility back with the same record, where that is gone too', async () => {
      const node = await nodeOfItsOwn();
      const { facilityId } = await hub.facility(node.facility);
      await forgetFacility(node);
      expect((await show(node)).status).toBe(200);
      expect(await hub.facility(node.facility)).toMatchObject({ facilityId, node: node.node, state: 'enrolled' });
      const connection = await hub.connect(node);
      expect(connection.hubHello?.feed).toMatchObject({ upTo: 0, wantsOffer: true });
      connection.drop();
    });

    it('is not taken in after it was revoked', async () => {
      const node = await nodeOfItsOwn();
      await hub.operator('POST', '/facilities/revoke', { facility: node.facility, reason: 'stolen' });
      expect(await show(node)).toEqual({ status: 410, code: 'SH-A382' });
    });

    it('does not push aside the node that the facility has', async () => {
      const old = await nodeOfItsOwn();
      await forgetNode(old);
      const { token } = await hub.addFacility(old.facility, { region: `Region ${serial}` });
      await hub.enrol(new FakeNode(old.facility), token);
      expect(await show(old)).toMatchObject({ code: 'SH-K301' });
    });

    it('is not taken in by the certificate of another, nor by one that is altered', async () => {
      const [node, other] = [await nodeOfItsOwn(), await nodeOfItsOwn()];
      await forgetNode(node);
      const certificate = node.enrolled?.certificate as string;
      expect(await show(other, certificate)).toMatchObject({ code: 'SH-A380' });
      const altered = certificate.slice(0, 40) + (certificate[40] === '0' ? '1' : '0') + certificate.slice(41);
      expect(await show(node, altered)).toMatchObject({ code: 'SH-A380' });
    });
  });
});
