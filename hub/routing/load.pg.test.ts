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

async function push(node: FakeNode): Promise<void> {
  const connection = await hub.connect(node);
  await connection.push();
  connection.drop();
}

describe('a node that is being filled', () => {
  it('gets what is routed to it behind one portion, after the whole history of whom it concerns', async () => {
    const region = { region: 'Filled' };
    const node = await hub.enrolled('cscom_filled', region);
    const csref = await hub.enrolled('csref_filled', { ...region, kind: 'csref' });
    const patients = Array.from({ length: 1500 }, (_, n) =>
      node.create('patient', { familyName: `Traoré ${n}`, givenName: 'Rokia' }, { clockMs: Date.now() + n }),
    );
    // The first of all patients would come last: the referral is closed, and nobody was seen.
    const patient = patients[0] as string;
    const to = csref.enrolled?.facilityId as string;
    const referral = node.create('referral', { patient, to, urgency: 'evacuation', status: 'closed' });
    await push(node);
    const target = await hub.connect(csref);
    await target.pull(1);
    while (!csref.recordsOf('referral').includes(referral)) await target.next();

    const empty = node.restoredTo(0);
    // It says HELLO and takes nothing: all but the first portions still waits.
    const connection = await hub.connect(empty);
    const begins = empty.feedReceived;
    csref.patch(referral, { status: 'received' });
    await target.push();
    target.drop();
    const { rows } = await hub.admin.query<{ position: string; record: string; creates: boolean }>(
      `select f.position, j.record_id as record, f.node = $1 as creates from hub.feed f
       join cscom_filled.journal j on (j.node, j.incarnation, j.sequence) = (f.node, f.incarnation, f.sequence)
       where f.facility = 'cscom_filled' and f.position > $2 and j.record_id = any($3) order by f.position`,
      [node.node, begins, [patient, referral]],
    );
    expect(rows.map(({ record, creates }) => [record, creates])).toEqual([
      [patient, true],
      [referral, true],
      [referral, false],
    ]);
    expect(Number(rows.at(-1)?.position) - begins).toBeLessThan(1300);
    const left = await hub.admin.query<{ n: number }>(
      `select count(*)::int as n from hub.node_load_item where facility = 'cscom_filled'`,
    );
    expect(left.rows[0]?.n).toBeGreaterThan(200);

    for (let isWhole = false; !isWhole; ) {
      const message = await connection.next();
      isWhole = message.kind === 'loading' && message.records === 0;
    }
    const { at } = await connection.digest();
    await connection.pull(at.feed);
    connection.drop();
    expect(empty.recordsOf('patient').length).toBe(patients.length);
    expect(empty.fields(referral)).toMatchObject({ status: 'received' });
    expect(at.feed - begins).toBe(patients.length + 2 + empty.recordsOf('facility').length);
  });
});
