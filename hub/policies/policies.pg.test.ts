import type { PolicyLine, PolicyPreview, PolicySet, PolicyShown } from '@santehaggui/protocols/api/policies-api.ts';
import { presetRules } from '@santehaggui/protocols/permissions/permission-presets.ts';
import type { PermissionRule } from '@santehaggui/protocols/permissions/permission-rule.ts';
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

const given: PermissionRule = { action: 'read', subject: 'alert' };
const rules = [...presetRules('cashier'), given];

/** What a node has of policies after an exchange. */
async function policiesAt(node: FakeNode): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await hub.connect(node);
  const text = 'select feed_length as length from hub.facility where code = $1';
  const { rows } = await hub.admin.query<{ length: string }>(text, [node.facility]);
  await connection.pull(Number(rows[0]?.length));
  connection.drop();
  return node.recordsOf('rolePolicy').map((id) => node.fields(id));
}

describe('a policy', () => {
  it('is told before it is set, kept as JSONB edition by edition, and reaches whom it is for', async () => {
    const near = await hub.enrolled('policy_near', { district: 'Bandiagara' });
    const far = await hub.enrolled('policy_far', { district: 'Djenné' });
    const place = { role: 'cashier', district: 'Bandiagara' };
    const preview = await hub.operator<PolicyPreview>('POST', '/policies/preview', { ...place, rules, ceiling: [] });
    expect(preview.facilities).toEqual(['policy_near']);
    expect(preview.changes).toEqual([{ kind: 'gained', words: 'Alerte, lire : jamais → toujours' }]);
    expect(preview.ceilingChanges.every(({ kind }) => kind === 'lost')).toBe(true);
    expect(await policiesAt(near)).toEqual([]);

    const reason = 'note du district 12';
    const made = await hub.operator<PolicySet>('POST', '/policies', { ...place, rules, ceiling: [], reason });
    expect(made).toEqual({ ...preview, edition: 1 });
    expect(await policiesAt(near)).toEqual([
      { ...place, rules: JSON.stringify(rules), ceiling: '[]', edition: 1, reason },
    ]);
    expect(await policiesAt(far)).toEqual([]);
    const { rows } = await hub.admin.query(
      `select edition, changes, pg_typeof(rules)::text as type from hub.policy_edition where rules @> $1`,
      [JSON.stringify([given])],
    );
    expect(rows).toEqual([
      { edition: 1, type: 'jsonb', changes: expect.arrayContaining(['Alerte, lire : jamais → toujours']) },
    ]);
  });

  it('goes on from its last edition, and back to the preset', async () => {
    const node = await hub.enrolled('policy_editions', { district: 'Koro' });
    const place = { role: 'cashier', district: 'Koro' };
    const set = (more: Readonly<Record<string, unknown>>) =>
      hub.operator<PolicySet>('POST', '/policies', { ...place, reason: 'essai', ...more });
    expect((await set({ rules })).edition).toBe(1);
    const second = await set({ ceiling: [] });
    expect([second.edition, second.changes]).toEqual([2, []]);
    const [held] = await policiesAt(node);
    expect(held).toMatchObject({ rules: JSON.stringify(rules), ceiling: '[]', edition: 2 });
    const third = await set({ rules: null });
    expect(third.changes).toEqual([{ kind: 'lost', words: 'Alerte, lire : toujours → jamais' }]);
    expect((await policiesAt(node))[0]).not.toHaveProperty('rules');
    const shown = await hub.operator<PolicyShown>('POST', '/policies/show', place);
    expect(shown.rules).toEqual(presetRules('cashier'));
    expect(shown.editions.map(({ edition, rules: kept }) => [edition, kept])).toEqual([
      [3, null],
      [2, rules],
      [1, rules],
    ]);
    const { policies } = await hub.operator<{ policies: PolicyLine[] }>('GET', '/policies');
    expect(policies.filter(({ district }) => district === 'Koro')).toMatchObject([{ edition: 3, setBy: 'operator' }]);
  });

  it('is given to a facility that is registered later', async () => {
    await hub.operator('POST', '/policies', { role: 'midwife', rules: [given], reason: 'pour tous' });
    const node = await hub.enrolled('policy_later', { district: 'Bankass' });
    expect((await policiesAt(node)).map(({ role }) => role)).toEqual(['midwife']);
  });

  it('is refused for a district where nobody is, with rules that are none, and from a node', async () => {
    const reason = 'essai';
    for (const [code, body] of [
      ['SH-N313', { role: 'nurse', district: 'Nulle part', rules, reason }],
      ['SH-I001', { role: 'nurse', rules: [{ action: 'manage', subject: 'all' }], reason }],
      ['SH-I001', { role: 'system', rules, reason }],
    ] as const)
      await expect(hub.operator('POST', '/policies', body)).rejects.toMatchObject({ code });
    const node = await hub.enrolled('policy_forger');
    node.create('rolePolicy', { role: 'nurse', rules: '[]', edition: 9 });
    const connection = await hub.connect(node);
    const { refused: codes } = await connection.push(1);
    expect(codes).toMatchObject([{ code: 'SH-X305' }]);
    connection.drop();
  });
});
