import { packRows } from '@santehaggui/protocols/surveillance/report-counts.ts';
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

/** Sends what a node has, waits for what follows from it, and takes what the hub then has for it. */
async function exchange(node: FakeNode): Promise<void> {
  const connection = await hub.connect(node);
  if (node.lastSequence > (connection.hubHello?.received?.upTo ?? 0))
    expect((await connection.push()).refused).toEqual([]);
  await hub.settled();
  const { rows } = await hub.admin.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [node.facility],
  );
  await connection.pull(Number(rows[0]?.length));
  connection.drop();
}

function counts(disease: string, casesUnder5: number, cases5AndOver = 0): string {
  return packRows([{ disease, casesUnder5, cases5AndOver, deathsUnder5: 0, deaths5AndOver: 0 }]);
}

const alertsOf = (node: FakeNode) => node.recordsOf('alert').map((id) => node.fields(id));

describe('an alert', () => {
  it('is raised by a weekly report for all the district, raised further by a correction, and lifted by another', async () => {
    const more = { region: 'Alert', district: 'Near' };
    const one = await hub.enrolled('alert_one', { ...more, name: 'CSCOM Un', population: 12_000 });
    const two = await hub.enrolled('alert_two', more);
    const far = await hub.enrolled('alert_far', { region: 'Alert', district: 'Far' });
    const report = one.create('aggregateReport', {
      week: '2026-W10',
      encounters: 40,
      counts: counts('meningitis', 1, 1),
    });
    await exchange(one);
    for (const node of [two, far]) await exchange(node);
    expect(one.fields(report)).toMatchObject({ facility: one.enrolled?.facilityId });
    expect(alertsOf(two)).toMatchObject([
      { rule: 'meningitis-small-area', facility: one.enrolled?.facilityId, week: '2026-W10', level: 'warning' },
    ]);
    expect(alertsOf(one)).toEqual(alertsOf(two));
    expect(alertsOf(two)[0]?.text).toMatch(/^Méningite, CSCOM Un, semaine 2026-W10 : 2 cas\. Seuil : moins de 30 000/);
    expect(alertsOf(far)).toEqual([]);

    one.patch(report, { counts: counts('meningitis', 4, 2) });
    for (const node of [one, two]) await exchange(node);
    expect(alertsOf(two)).toMatchObject([{ level: 'epidemic' }]);
    one.patch(report, { counts: counts('meningitis', 1) });
    for (const node of [one, two]) await exchange(node);
    expect(alertsOf(two)).toMatchObject([{ level: 'lifted' }]);
    one.patch(report, { encounters: 41 });
    for (const node of [one, two]) await exchange(node);
    expect(alertsOf(two)).toHaveLength(1);
  });

  it('adds up the reports of a district over weeks, and is one for it', async () => {
    const more = { region: 'Sum', district: 'Sum' };
    const nodes = [await hub.enrolled('sum_one', more), await hub.enrolled('sum_two', more)] as const;
    nodes[0].create('aggregateReport', { week: '2026-W11', encounters: 9, counts: counts('measles', 2) });
    nodes[1].create('aggregateReport', { week: '2026-W12', encounters: 9, counts: counts('measles', 2) });
    for (const node of nodes) await exchange(node);
    expect(alertsOf(nodes[1])).toEqual([]);
    nodes[0].create('aggregateReport', { week: '2026-W12', encounters: 9, counts: counts('measles', 0, 1) });
    for (const node of nodes) await exchange(node);
    expect(alertsOf(nodes[1])).toMatchObject([
      { rule: 'measles-district-30-days', level: 'warning', week: '2026-W12' },
    ]);
    nodes[1].create('aggregateReport', { week: '2026-W13', encounters: 9, counts: counts('measles', 1) });
    for (const node of nodes.toReversed()) await exchange(node);
    expect(alertsOf(nodes[0]).map(({ week }) => week)).toEqual(['2026-W12', '2026-W13']);
  });

  it('is raised by one recorded case, before anybody has reported', async () => {
    const node = await hub.enrolled('fact_alert', { region: 'Fact' });
    const patient = node.create('patient', { familyName: 'Dara', givenName: 'Koro', birthDate: '2024' });
    const encounter = node.create(
      'encounter',
      { patient, start: Date.UTC(2026, 2, 4), status: 'finished' },
      { isLast: false },
    );
    node.create('condition', { patient, encounter, code: 'A80.9' });
    await exchange(node);
    expect(alertsOf(node)).toMatchObject([
      { rule: 'one-case-acute-flaccid-paralysis', week: '2026-W10', level: 'warning' },
    ]);
    await exchange(node);
    expect(alertsOf(node)).toHaveLength(1);
  });
});
