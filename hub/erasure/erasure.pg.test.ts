import type { ErasureLine } from '@santehaggui/protocols/api/erasures-api.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

const DAY_MS = 24 * 3600 * 1000;
const CANARY = 'Guindo-Canari';
let hub: TestHub;
let clock: FakeClock;

beforeAll(async () => {
  clock = new FakeClock(Date.now());
  hub = await TestHub.start(composeHub, clock);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const exchange = (node: FakeNode): Promise<void> => hub.exchange(node);

/** The tables in which a text stands, as text or as bytes. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const { rows } = await hub.admin.query<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const looked = `select 1 from ${name} as row where row::text like $1 or row::text like $2 limit 1`;
    const { rowCount } = await hub.admin.query(looked, [`%${text}%`, `%${Buffer.from(text).toString('hex')}%`]);
    if (rowCount === 1) found.push(name);
  }
  return found;
}

function erase(node: FakeNode, patient: string): Promise<ErasureLine> {
  return hub.operator('POST', '/erasures', { facility: node.facility, patient, reason: 'lettre du 12/11/2026' });
}

async function referred(home: FakeNode, target: FakeNode, number: string) {
  const patient = home.create('patient', { familyName: CANARY, givenName: 'Ada', number });
  const encounter = home.create('encounter', { patient, start: Date.now(), status: 'finished' }, { isLast: false });
  const condition = home.create('condition', { patient, encounter, text: `note sur ${CANARY}` });
  const sent = { patient, from: home.enrolled?.facilityId, to: target.enrolled?.facilityId, status: 'created' };
  const referral = home.create('referral', { ...sent, reason: `${CANARY} fièvre` } as never);
  await exchange(home);
  await exchange(target);
  return { patient, encounter, condition, referral };
}

describe('an erasure', () => {
  it('takes the patient’s records and their words out of the hub and of every node, and keeps the chains', async () => {
    const home = await hub.enrolled('erase_home', { region: 'Erase' });
    const target = await hub.enrolled('erase_target', { region: 'Erase', kind: 'csref' });
    const other = home.create('patient', { familyName: 'Sagara', givenName: 'Anta' });
    const { patient } = await referred(home, target, 'HOME-000001-X');
    target.create('observation', { patient, valueText: `${CANARY} 39,5` });
    await exchange(target);
    expect(await tablesWith(CANARY)).toEqual([
      'erase_home.journal',
      'erase_home.record',
      'erase_target.journal',
      'erase_target.record',
    ]);

    const erased = await erase(home, 'HOME-000001-X');
    expect(erased).toMatchObject({ patient, facility: 'erase_home', records: 5 });
    expect(await tablesWith(CANARY)).toEqual([]);
    const { rows } = await hub.admin.query('select from hub.destroyed_key where patient = $1', [patient]);
    expect(rows).toHaveLength(1);
    await expect(erase(home, 'HOME-000001-X')).rejects.toMatchObject({ code: 'SH-N312' });
    const nowhere = { facility: 'nowhere', patient, reason: 'lettre du 12/11/2026' };
    await expect(hub.operator('POST', '/erasures', nowhere)).rejects.toMatchObject({ code: 'SH-N312' });

    for (const node of [home, target]) {
      await exchange(node);
      expect(node.recordsOf('patient')).not.toContain(patient);
      expect(node.recordsOf('condition')).toEqual([]);
      // The chain goes on: what comes next is taken, and the heads are compared on the way.
      node.create('patient', { familyName: 'Tembely', givenName: 'Issa' });
      await exchange(node);
    }
    expect(home.fields(other)).toMatchObject({ familyName: 'Sagara' });
    const { erasures } = await hub.operator<{ erasures: ErasureLine[] }>('GET', '/erasures');
    expect(erasures).toMatchObject([{ patient, reason: 'lettre du 12/11/2026' }]);
  });

  it('goes for what a node had written before it heard of it, at the latest the next day', async () => {
    const home = await hub.enrolled('late_home', { region: 'Late' });
    const target = await hub.enrolled('late_target', { region: 'Late', kind: 'csref' });
    const { patient, referral } = await referred(home, target, 'LATE-000001-X');
    target.patch(referral, { status: 'received' });
    const late = target.create('observation', { patient, valueText: `${CANARY} en retard` });
    await erase(home, patient);
    await exchange(target);
    expect(target.recordsOf('observation')).toEqual([late]);
    expect(await tablesWith(CANARY)).toEqual(['late_target.journal', 'late_target.record']);
    await clock.advance(DAY_MS);
    await until(async () => (await tablesWith(CANARY)).length === 0);
    await exchange(target);
    expect(target.recordsOf('observation')).toEqual([]);
  });

  it('is done again by a hub whose database was put back to before it', async () => {
    const home = await hub.enrolled('back_home', { region: 'Back' });
    const patient = home.create('patient', { familyName: CANARY, givenName: 'Ada' });
    await exchange(home);
    await hub.admin.query('create table public.kept as select * from back_home.record');
    await hub.admin.query('create table public.words as select position, fields from back_home.journal');
    await erase(home, patient);
    await hub.admin.query(`
      delete from back_home.erased; delete from hub.destroyed_key; delete from hub.erasure;
      insert into back_home.record select * from public.kept on conflict do nothing;
      update back_home.journal j set fields = w.fields from public.words w
        where w.position = j.position and octet_length(j.fields) = 0;
      drop table public.kept, public.words`);
    expect(await tablesWith(CANARY)).toEqual(['back_home.journal', 'back_home.record']);
    await clock.advance(DAY_MS);
    await until(async () => (await tablesWith(CANARY)).length === 0);
    const { rows } = await hub.admin.query('select from hub.destroyed_key where patient = $1', [patient]);
    expect(rows).toHaveLength(1);
  });

  it('lets a node send its erased changes again to a hub that lost them: their chain is followed all the same', async () => {
    const home = await hub.enrolled('again_home', { region: 'Again' });
    const lost = home.create('patient', { familyName: CANARY, givenName: 'Ada' });
    home.erase([lost]);
    const after = home.create('patient', { familyName: 'Kodio', givenName: 'Ada' });
    const connection = await hub.connect(home);
    expect((await connection.push(7)).refused).toEqual([]);
    connection.drop();
    const { rows } = await hub.admin.query(`select id from again_home.record where fields ->> '1' = 'Kodio'`);
    expect(rows).toEqual([{ id: after }]);
    expect(await tablesWith(CANARY)).toEqual([]);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}
