import type { PermissionRule } from '@santehaggui/protocols/permissions/permission-rule.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient } from '../lan/testing/test-clinic.ts';

const hidden: PermissionRule = {
  action: ['read', 'create', 'update'],
  subject: 'patient',
  fields: ['nina'],
  inverted: true,
};
const given: PermissionRule = { action: 'read', subject: 'referral' };

const edit = (client: TestClient, role: string, body: Readonly<Record<string, unknown>>) =>
  client('POST', `/api/v1/roles/${role}/editions`, { body: { edition: 0, reason: 'petite équipe', ...body } });

describe('editing a role’s rights', () => {
  it('shows the hub’s rules, the ceiling and the facility’s own, and whom they concern', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    await clinic.as('registrar');
    const { body } = await head('GET', '/api/v1/roles/registrar');
    expect(body).toMatchObject({
      role: 'registrar',
      words: 'accueil',
      edition: 0,
      policyEdition: 0,
      own: [],
      editions: [],
    });
    expect(body.staff).toEqual([{ login: 'registrar', name: 'registrar Dolo' }]);
    const cell = (subject: string, action: string) =>
      body.grid
        .find((row: { subject: string }) => row.subject === subject)
        .cells.find((one: { action: string }) => one.action === action);
    expect(cell('patient', 'read')).toMatchObject({ base: 'all', here: 'all', mayGive: true });
    expect(cell('referral', 'read')).toMatchObject({ base: 'none', here: 'none', mayGive: true });
    expect(cell('condition', 'read')).toMatchObject({ base: 'none', here: 'none', mayGive: false });
    const { body: lines } = await head('GET', '/api/v1/roles');
    expect(lines.roles.map(({ role }: { role: string }) => role)).not.toContain('system');
    expect(lines.roles.find(({ role }: { role: string }) => role === 'registrar').people).toBe(1);
  });

  it('tells who would gain and lose what without recording anything, then records it as an edition', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const registrar = await clinic.as('registrar');
    const rules = [hidden, given];
    const preview = await head('POST', '/api/v1/roles/registrar/preview', { body: { rules } });
    expect(preview.status).toBe(200);
    expect(preview.body.staff).toEqual([{ login: 'registrar', name: 'registrar Dolo' }]);
    expect(preview.body.changes.map(({ kind, words }: { kind: string; words: string }) => [kind, words])).toEqual([
      ['lost', 'Patient, lire : toujours → en partie (− NINA)'],
      ['lost', 'Patient, enregistrer : toujours → en partie (− NINA)'],
      ['lost', 'Patient, modifier : toujours → en partie (− NINA)'],
      ['gained', 'Référence, lire : jamais → toujours'],
    ]);
    expect((await registrar('GET', '/api/v1/referrals')).status).toBe(403);
    const made = await edit(head, 'registrar', { rules });
    expect([made.status, made.body.edition]).toEqual([201, 1]);
    expect((await registrar('GET', '/api/v1/referrals')).status).toBe(200);
    const entry = clinic.audit.eventsAfter(0, 200).find(({ recordType }) => recordType === 'facilityRights');
    expect(entry).toMatchObject({
      login: 'head',
      action: 'update',
      purpose: 'SYSADMIN',
      detail: { role: 'registrar', edition: 1 },
    });
    expect(entry?.detail?.changes).toContain('Référence, lire : jamais → toujours');
  });

  it('keeps every edition with its author and reason, and takes none that was made from another', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const officer = await clinic.as('it-officer');
    expect((await edit(head, 'cashier', { rules: [hidden] })).status).toBe(201);
    const late = await edit(officer, 'cashier', { rules: [] });
    expect([late.status, late.body.code]).toEqual([409, 'SH-K220']);
    expect((await edit(officer, 'cashier', { rules: [], edition: 1, reason: 'essai terminé' })).body.edition).toBe(2);
    const { editions } = (await head('GET', '/api/v1/roles/cashier')).body;
    expect(editions).toMatchObject([
      { edition: 2, by: 'it-officer Dolo', reason: 'essai terminé', rules: [] },
      { edition: 1, by: 'head Dolo', reason: 'petite équipe', rules: [hidden] },
    ]);
  });

  it('gives nothing beyond the ceiling, also where the hub lowers it later', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const registrar = await clinic.as('registrar');
    const beyond = await edit(head, 'registrar', { rules: [given, { action: 'read', subject: 'condition' }] });
    expect([beyond.status, beyond.body.code]).toEqual([422, 'SH-I220']);
    expect(beyond.body.errors.map(({ field }: { field: string }) => field)).toEqual(['rules.1']);
    await edit(head, 'registrar', { rules: [given] });
    clinic.store.transact({ author: null, role: 'system' }, (tx) =>
      tx.create(rolePolicy, { role: 'registrar', ceiling: '[]', edition: 1 }),
    );
    expect((await registrar('GET', '/api/v1/referrals')).status).toBe(403);
    expect((await head('GET', '/api/v1/roles/registrar')).body.beyond).toEqual([given]);
  });

  it('never leaves a facility without anybody who could change rights', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const rules: PermissionRule[] = [{ action: 'update', subject: 'facilityRights', inverted: true }];
    const refused = await edit(head, 'head', { rules });
    expect([refused.status, refused.body.code]).toEqual([409, 'SH-K221']);
    await clinic.as('it-officer');
    expect((await edit(head, 'head', { rules })).status).toBe(201);
    expect((await edit(head, 'nurse', { rules: [] })).status).toBe(403);
  });

  it('refuses rules that are none, and roles that are nobody’s', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    for (const rules of [[{ action: 'manage', subject: 'all' }], 'all', [{ ...given, conditions: { $where: '1' } }]])
      expect((await edit(head, 'nurse', { rules })).status).toBe(422);
    expect((await edit(head, 'system', { rules: [] })).status).toBe(422);
    expect((await edit(head, 'nurse', { rules: [], reason: '' })).status).toBe(422);
  });
});
