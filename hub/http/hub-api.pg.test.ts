import type { ConsolidatedReport, ConsolidatedRow, HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { HubKeysRotated, HubKeysStatus } from '@santehaggui/protocols/api/hub-keys-api.ts';
import { epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

// A Wednesday; only the hub's idea of the time, its services sleep on the machine's clock.
const NOW = Date.UTC(2026, 10, 18, 10);
const WEEK = epiWeekOf(NOW);
const PASSWORD = 'un mot de passe long';

class WallClock extends FakeClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  }
}

const clock = new WallClock(NOW);
let hub: TestHub;
let sangha: FakeNode;

beforeAll(async () => {
  hub = await TestHub.start(composeHub, clock);
  sangha = await hub.enrolled('cscom_sangha');
  await hub.addFacility('csref_djenne', { kind: 'csref' });
  await hub.addFacility('cscom_segou', { region: 'Ségou' });
  await hub.operator('POST', '/users', { login: 'mopti', password: PASSWORD, role: 'region', region: 'Mopti' });
  await hub.operator('POST', '/users', { login: 'ministere', password: PASSWORD, role: 'ministry' });
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

async function tokenOf(login: string): Promise<Readonly<Record<string, string>>> {
  return hub.tokenOf(login, PASSWORD);
}

function caseOf(patient: string, code: string, more: Readonly<Record<string, string>> = {}): string {
  const encounter = sangha.create(
    'encounter',
    { patient, start: NOW, status: 'finished', ...more },
    { isLast: false, clockMs: NOW },
  );
  sangha.create('condition', { patient, encounter, code }, { clockMs: NOW });
  return encounter;
}

async function pushed(): Promise<void> {
  const connection = await hub.connect(sangha);
  await connection.push();
  connection.drop();
  await hub.settled();
}

async function rowsOf(login: string, path: string): Promise<readonly ConsolidatedRow[]> {
  const { rows } = (await hub.get(path, await tokenOf(login))) as ConsolidatedReport;
  return rows.filter((row) => row.cases !== 0);
}

describe('the weekly report', () => {
  it('counts the notifiable cases of a region from the registers, and follows their corrections', async () => {
    const child = sangha.create(
      'patient',
      { familyName: 'Togo', givenName: 'Ali', birthDate: '2024-03~', sex: 'male' },
      { clockMs: NOW },
    );
    const adult = sangha.create(
      'patient',
      { familyName: 'Togo', givenName: 'Awa', birthDate: '1980', sex: 'female' },
      { clockMs: NOW },
    );
    caseOf(child, 'B50.0');
    const last = caseOf(adult, 'B05.9');
    caseOf(adult, 'Z00');
    await pushed();
    const row = {
      region: 'Mopti',
      facility: 'cscom_sangha',
      casesUnder5: 0,
      cases5AndOver: 0,
      deathsUnder5: 0,
      deaths5AndOver: 0,
      cases: 1,
      deaths: 0,
    };
    const path = `/reports/weekly?week=${WEEK}`;
    expect(await rowsOf('mopti', path)).toEqual([
      { ...row, disease: 'malaria', label: 'Paludisme', casesUnder5: 1 },
      { ...row, disease: 'malaria-severe', label: 'Paludisme grave', casesUnder5: 1 },
      { ...row, disease: 'measles', label: 'Rougeole', cases5AndOver: 1 },
    ]);

    sangha.patch(last, { outcome: 'died' }, { clockMs: NOW });
    sangha.patch(child, { birthDate: '2010' }, { clockMs: NOW });
    await pushed();
    expect(await rowsOf('mopti', path)).toEqual([
      { ...row, disease: 'malaria', label: 'Paludisme', cases5AndOver: 1 },
      { ...row, disease: 'malaria-severe', label: 'Paludisme grave', cases5AndOver: 1 },
      { ...row, disease: 'measles', label: 'Rougeole', cases5AndOver: 1, deaths5AndOver: 1, deaths: 1 },
    ]);
    const report = (await hub.get(path, await tokenOf('mopti'))) as ConsolidatedReport;
    expect(report).toMatchObject({
      week: WEEK,
      region: 'Mopti',
      facilitiesExpected: 2,
      facilitiesReporting: 1,
      encounters: 3,
    });
    expect(report.rows).toHaveLength(NOTIFIABLE_DISEASES.length);

    sangha.patch(last, { status: 'entered-in-error' }, { clockMs: NOW });
    await pushed();
    expect((await rowsOf('mopti', path)).map(({ disease }) => disease)).toEqual(['malaria', 'malaria-severe']);
  });

  it('is a spreadsheet’s table when asked for as CSV', async () => {
    const headers = await tokenOf('mopti');
    const text = (await hub.get(`/reports/weekly?week=${WEEK}&format=csv`, headers)) as string;
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(
      'semaine,région,établissement,code maladie,maladie,cas moins de 5 ans,cas 5 ans et plus,décès moins de 5 ans,décès 5 ans et plus',
    );
    expect(lines[1]).toBe(`${WEEK},Mopti,cscom_sangha,malaria,Paludisme,0,1,0,0`);
    expect(await hub.get(`/reports/weekly?week=${WEEK}`, { ...headers, accept: 'text/csv' })).toBe(text);
  });

  it('shows the nation to the ministry alone, and to a region no other region', async () => {
    const national = (await hub.get(
      `/consolidated/weekly?week=${WEEK}`,
      await tokenOf('ministere'),
    )) as ConsolidatedReport;
    expect(national).toMatchObject({ region: null, facilitiesExpected: 3, facilitiesReporting: 1, smallestShown: 5 });
    // One case of malaria in the whole nation: the ministry learns that there is one to four, and not where among the ages.
    const malaria = { disease: 'malaria', cases: null, cases5AndOver: null, deaths: 0 };
    expect(national.rows.find(({ disease }) => disease === 'malaria')).toMatchObject(malaria);
    expect(national.totals.find(({ disease, region }) => disease === 'malaria' && region === null)).toMatchObject(
      malaria,
    );
    const mopti = await tokenOf('mopti');
    await expect(hub.get(`/consolidated/weekly?week=${WEEK}`, mopti)).rejects.toMatchObject({
      status: 403,
      code: 'SH-A002',
    });
    await expect(hub.get(`/reports/weekly?week=${WEEK}&region=S%C3%A9gou`, mopti)).rejects.toMatchObject({
      code: 'SH-A002',
    });
    const segou = await hub.get(`/reports/weekly?week=${WEEK}&region=S%C3%A9gou`, await tokenOf('ministere'));
    expect(segou).toMatchObject({ region: 'Ségou', facilitiesExpected: 1, rows: [] });
    await expect(hub.get(`/reports/weekly?week=${WEEK}`, await tokenOf('ministere'))).rejects.toMatchObject({
      code: 'SH-I303',
    });
    await expect(hub.get('/reports/weekly?week=2026-W60', mopti)).rejects.toMatchObject({
      status: 422,
      code: 'SH-I302',
    });
  });

  it('asks who is there, and believes no token that is old, altered or of a changed account', async () => {
    await expect(hub.get('/reports/weekly')).rejects.toMatchObject({ status: 401, code: 'SH-A001' });
    const { authorization } = await tokenOf('mopti');
    const altered = `${authorization?.slice(0, -6)}AAAAAA`;
    await expect(hub.get('/reports/weekly', { authorization: altered })).rejects.toMatchObject({ code: 'SH-A001' });
    await hub.admin.query(`update hub.hub_user set version = version + 1 where login = 'mopti'`);
    await expect(hub.get('/reports/weekly', { authorization: authorization ?? '' })).rejects.toMatchObject({
      code: 'SH-A001',
    });
    const fresh = await tokenOf('mopti');
    clock.setNow(NOW + 11 * 60 * 1000);
    await expect(hub.get('/reports/weekly', fresh)).rejects.toMatchObject({ code: 'SH-A001' });
    clock.setNow(NOW);
    expect(await hub.get('/reports/weekly', fresh)).toMatchObject({ week: WEEK });
  });

  it('answers a wrong login as it does a wrong password, and after eight asks for patience', async () => {
    const wrong = { login: 'mopti', password: 'pas celui-là' };
    await expect(hub.post('/sessions', { ...wrong, login: 'personne' })).rejects.toMatchObject({
      status: 401,
      code: 'SH-A301',
    });
    for (let attempt = 0; attempt < 8; attempt++) {
      await expect(hub.post('/sessions', wrong)).rejects.toMatchObject({ status: 401, code: 'SH-A301' });
    }
    await expect(hub.post('/sessions', { ...wrong, password: PASSWORD })).rejects.toMatchObject({
      status: 429,
      code: 'SH-A005',
    });
  });

  it('leaves no name, no date of birth and no record id in the consolidated schema', async () => {
    const { rows } = await hub.admin.query(`select fact::text as line from consolidated.fact`);
    const text = rows.map(({ line }) => String(line)).join('\n');
    expect(text).not.toMatch(/Togo|Ali|Awa|2024|1980|2010/);
    for (const id of [...sangha.recordsOf('encounter'), ...sangha.recordsOf('patient')])
      expect(text).not.toContain(id.replaceAll('-', ''));
  });
});

describe('the registry', () => {
  it('refuses a code that is taken or reserved, and a body that is wrong, each with its code', async () => {
    await expect(hub.addFacility('cscom_sangha')).rejects.toMatchObject({ status: 409, code: 'SH-K301' });
    for (const code of ['hub', 'registry', 'pg_mine'])
      await expect(hub.addFacility(code)).rejects.toMatchObject({ code: 'SH-I300' });
    await expect(hub.addFacility('Sangha; drop schema hub')).rejects.toMatchObject({ code: 'SH-I001' });
    await expect(
      hub.operator('POST', '/users', { login: 'x1', password: PASSWORD, role: 'region' }),
    ).rejects.toMatchObject({ code: 'SH-I303' });
    await expect(
      hub.operator('POST', '/users', { login: 'mopti', password: PASSWORD, role: 'ministry' }),
    ).rejects.toMatchObject({ code: 'SH-K302' });
  });

  it('lists facilities with what they have sent', async () => {
    expect(await hub.facility('cscom_sangha')).toMatchObject({
      state: 'enrolled',
      node: sangha.node,
      changes: sangha.lastSequence,
      region: 'Mopti',
    });
    expect((await hub.facility('cscom_sangha')).fingerprintWords).toHaveLength(6);
    expect(await hub.facility('csref_djenne')).toMatchObject({
      state: 'waiting',
      node: null,
      lastSeenAt: null,
      changes: 0,
      fingerprintWords: null,
    });
  });

  it('takes a referral target that is registered later', async () => {
    const node = await hub.enrolled('cabinet_one', { region: 'Gao', kind: 'practice', referralTarget: 'csref_gao' });
    const { facilityId } = await hub.addFacility('csref_gao', {
      region: 'Gao',
      kind: 'csref',
      latitude: 16.27,
      phone: '21 82 00 00',
    });
    const connection = await hub.connect(node);
    await connection.pull(3);
    expect(node.fields(node.enrolled?.facilityId as string)).toMatchObject({
      code: 'cabinet_one',
      referralTarget: facilityId,
    });
    expect(node.fields(facilityId)).toMatchObject({ latitude: '16.27', kind: 'csref' });
    connection.drop();
  });

  it('replaces the token of a facility that waits, and leaves what was registered as it is', async () => {
    const data = {
      region: 'Taoudénit',
      kind: 'csref',
      phone: '21 82 00 00',
      latitude: 22.7,
      referralTarget: 'sih_gao',
    };
    const lost = await hub.addFacility('csref_taoudenit', data);
    expect(lost).toMatchObject({ isNew: true });
    const renewed = await hub.addFacility('csref_taoudenit', data);
    expect(renewed).toMatchObject({ facilityId: lost.facilityId, isNew: false });
    expect(renewed.token).not.toBe(lost.token);
    const { phone: _phone, latitude: _latitude, referralTarget: _target, ...less } = data;
    const last = await hub.addFacility('csref_taoudenit', less);
    for (const [field, other] of [
      ['name', { ...data, name: 'Un autre' }],
      ['kind', { ...data, kind: 'hospital' }],
      ['region', { ...data, region: 'Gao' }],
      ['latitude', { ...data, latitude: 22.8 }],
      ['population', { ...data, population: 1200 }],
      ['referralTarget', { ...data, referralTarget: 'csref_gao' }],
    ] as const) {
      await expect(hub.addFacility('csref_taoudenit', other)).rejects.toMatchObject({
        status: 409,
        code: 'SH-K304',
        why: field,
      });
    }
    expect(await hub.facility('csref_taoudenit')).toMatchObject({ name: 'Centre csref_taoudenit', state: 'waiting' });

    const node = new FakeNode('csref_taoudenit');
    for (const { token } of [lost, renewed])
      await expect(hub.enrol(node, token)).rejects.toMatchObject({ status: 403, code: 'SH-A300' });
    await hub.enrol(node, last.token);
    await expect(hub.addFacility('csref_taoudenit', data)).rejects.toMatchObject({ status: 409, code: 'SH-K301' });
    const connection = await hub.connect(node);
    await connection.pull(1);
    expect(node.fields(lost.facilityId)).toMatchObject({ phone: '+22321820000', latitude: '22.7' });
    connection.drop();
  });

  it('replaces a token that expired', async () => {
    const { token } = await hub.addFacility('cabinet_late', { region: 'Kidal' });
    clock.setNow(NOW + 73 * 3600 * 1000);
    const late = new FakeNode('cabinet_late');
    await expect(hub.enrol(late, token)).rejects.toMatchObject({ code: 'SH-A300' });
    const renewed = await hub.addFacility('cabinet_late', { region: 'Kidal' });
    await hub.enrol(late, renewed.token);
    clock.setNow(NOW);
    expect(await hub.facility('cabinet_late')).toMatchObject({ state: 'enrolled', node: late.node });
  });

  it('tells its health', async () => {
    const status = await hub.operator<HubStatus>('GET', '/status');
    expect(status).toMatchObject({
      health: 'ok',
      url: hub.url,
      outbox: { waiting: 0 },
      facilities: { enrolled: 4, connected: 0 },
    });
  });
});

describe('enrolment', () => {
  it('takes a token once, and the same node again when the answer was lost', async () => {
    const { token } = await hub.addFacility('cabinet_two', { region: 'Kidal' });
    const node = new FakeNode('cabinet_two');
    await hub.enrol(node, token);
    expect(node.enrolled).toMatchObject({
      facility: 'cabinet_two',
      name: 'Centre cabinet_two',
      region: 'Kidal',
      node: node.node,
    });
    const answer = node.enrolled;
    await hub.enrol(node, token);
    expect(node.enrolled).toEqual(answer);
    expect(hub.log.text()).not.toContain('enrolment.token-used-again');
    const other = new FakeNode('cabinet_two');
    const sameNumber = new FakeNode('cabinet_two', node.node);
    for (const stranger of [other, sameNumber])
      await expect(hub.enrol(stranger, token)).rejects.toMatchObject({ status: 403, code: 'SH-A300' });
    expect(hub.log.lines().filter(({ event }) => event === 'enrolment.token-used-again')).toMatchObject([
      { facility: 'cabinet_two', node: other.node },
      { facility: 'cabinet_two', node: node.node },
    ]);
    expect(await hub.facility('cabinet_two')).toMatchObject({ node: node.node });
    await hub.enrol(node, token);
  });

  it('refuses a token of another facility, an old one, a number that is taken, and what it cannot open', async () => {
    const { token } = await hub.addFacility('cabinet_three', { region: 'Kidal' });
    await expect(hub.enrol(new FakeNode('csref_djenne'), token)).rejects.toMatchObject({ code: 'SH-A300' });
    await expect(hub.enrol(new FakeNode('cabinet_three', sangha.node), token)).rejects.toMatchObject({
      code: 'SH-K303',
    });
    clock.setNow(NOW + 73 * 3600 * 1000);
    await expect(hub.enrol(new FakeNode('cabinet_three'), token)).rejects.toMatchObject({ code: 'SH-A300' });
    clock.setNow(NOW);
    await expect(hub.post('/enrolment', { sealed: 'ab'.repeat(100) })).rejects.toMatchObject({
      status: 422,
      code: 'SH-I301',
    });
    await hub.enrol(new FakeNode('cabinet_three'), token);
  });

  it('keeps no token that could be used', async () => {
    const { token } = await hub.addFacility('cabinet_four', { region: 'Kidal' });
    const secret = token.split('.')[2] as string;
    const { rows } = await hub.admin.query('select t::text as line from hub.enrolment_token t');
    expect(rows.map(({ line }) => String(line)).join('\n')).not.toContain(secret);
    expect(hub.log.text()).not.toContain(secret);
  });
});

describe('the hub’s keys', () => {
  it('are told of and renewed on the admin socket, and none of them is shown', async () => {
    const before = await hub.operator<HubKeysStatus>('GET', '/keys');
    expect(before).toMatchObject({ kms: 'file', isSealedElsewhere: false, behind: 0 });
    const rotated = await hub.operator<HubKeysRotated>('POST', '/keys/rotate', {});
    expect(rotated).toEqual({ version: before.version + 1, rewrapped: before.facilities, forgotten: 0 });
    const { versions } = await hub.operator<HubKeysStatus>('GET', '/keys');
    expect(versions.map(({ version }) => version)).toEqual([before.version, before.version + 1]);
    await expect(hub.operator('POST', '/keys/rotate', { facility: 'cscom_segou' })).rejects.toMatchObject({
      code: 'SH-N311',
    });
    const { checks } = await hub.operator<HubStatus>('GET', '/status');
    expect(checks.find(({ name }) => name === 'keys')).toMatchObject({ state: 'ok' });
  });
});

describe('the API', () => {
  it('describes itself and turns strangers away', async () => {
    expect(await hub.get('/openapi.json')).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/enrolment': {} } });
    await expect(hub.get('/exchange')).rejects.toMatchObject({ status: 405 });
    await expect(hub.get('/nothing')).rejects.toMatchObject({ status: 404, code: 'SH-N001' });
  });
});
