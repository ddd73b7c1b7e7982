import type { PermissionRule } from '@santehaggui/protocols/permissions/permission-rule.ts';
import { condition } from '@santehaggui/protocols/records/condition.ts';
import { facilityRights } from '@santehaggui/protocols/records/facility-rights.ts';
import { patient as patientType } from '@santehaggui/protocols/records/patient.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import { describe, expect, it } from 'vitest';
import {
  clientOf,
  openTestClinic,
  TEST_PASSWORD,
  type TestClient,
  type TestClinic,
} from '../lan/testing/test-clinic.ts';
import type { Staff } from '../people/caller.ts';
import { JournalStore } from '../store/journal-store.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';

function journalOf({ store, timekeeper, log }: TestStore): JournalStore {
  return new JournalStore({ store, timekeeper, log: log.log });
}

/** Sets the facility's rules for a role, as its administrators do. */
function addRules(clinic: TestClinic, role: Role, rules: readonly PermissionRule[], edition = 1): string {
  return clinic.store.transact({ author: null, role: 'system' }, (tx) =>
    tx.create(facilityRights, { role, rules: JSON.stringify(rules), edition }),
  );
}

/** Sets the hub's rules for a role. */
function setPolicy(
  clinic: TestClinic,
  role: Role,
  {
    rules,
    ...fields
  }: { readonly rules: readonly PermissionRule[]; readonly district?: string; readonly edition?: number },
): void {
  clinic.store.transact({ author: null, role: 'system' }, (tx) =>
    tx.create(rolePolicy, { role, rules: JSON.stringify(rules), edition: 1, ...fields }),
  );
}

const registered = async (client: TestClient, fields: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const body = { familyName: 'Dolo', givenName: 'Domo', phone: '76 12 34 56', nina: '18702198512345A', ...fields };
  return (await client('POST', '/api/v1/patients', { body })).body.id;
};

const denials = ({ audit }: TestClinic) => audit.eventsAfter(0, 200).filter(({ decision }) => decision === 'deny');

describe('presets', () => {
  it('let a registrar register patients but see no diagnosis', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    const patient = await registered(registrar);
    for (const path of ['conditions', 'encounters', 'medication-requests', 'referrals', 'reports/weekly']) {
      const { status, body } = await registrar('GET', `/api/v1/${path}`);
      expect([path, status, body.code]).toEqual([path, 403, 'SH-A002']);
    }
    const body = { patient, code: 'B50.9' };
    expect((await registrar('POST', '/api/v1/conditions', { body })).status).toBe(403);
    const denied = denials(clinic);
    expect(denied).toHaveLength(6);
    expect(denied[0]).toMatchObject({ login: 'registrar', action: 'read', recordType: 'condition' });
  });

  it('show the laboratory a consultation without its diagnoses', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const laboratory = await clinic.as('laboratory');
    const body = {
      patient: await registered(nurse),
      start: '2026-01-05T07:30:00Z',
      observations: [{ code: '8310-5', value: 38 }],
      conditions: [{ code: 'B24' }],
    };
    const { body: made } = await nurse('POST', '/api/v1/encounters', { body });
    const { body: shown } = await laboratory('GET', `/api/v1/encounters/${made.id}`);
    expect(shown.observations).toHaveLength(1);
    expect(shown.conditions).toEqual([]);
  });

  it('give the daemons’ own role nothing on the LAN and bulk export to the head alone', async () => {
    await using clinic = await openTestClinic();
    const { permissions } = clinic.access;
    expect(permissions.permissionsOf({ role: 'system' })).toEqual([]);
    expect(ROLES.filter((role) => permissions.may({ role }, 'export', 'records'))).toEqual(['head']);
  });
});

describe('rules that somebody set', () => {
  it('count from the next click on, in the session that is open', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    expect((await nurse('GET', '/api/v1/conditions')).status).toBe(200);
    const id = addRules(clinic, 'nurse', [{ action: 'read', subject: 'condition', inverted: true }]);
    expect((await nurse('GET', '/api/v1/conditions')).status).toBe(403);
    clinic.store.transact({ author: null, role: 'system' }, (tx) => tx.patch(id, { rules: '[]', edition: 2 }));
    expect((await nurse('GET', '/api/v1/conditions')).status).toBe(200);
  });

  it('are the district’s before those of all, the latest edition of two, and not another district’s', async () => {
    await using clinic = await openTestClinic();
    clinic.store.transact({ author: null, role: 'system' }, (tx) =>
      tx.patch(clinic.facilities.own, { district: 'Bandiagara' }),
    );
    const { permissions } = clinic.access;
    const reads = (): readonly string[] => permissions.permissionsOf({ role: 'cashier' }).map(({ subject }) => subject);
    setPolicy(clinic, 'cashier', { rules: [{ action: 'read', subject: 'alert' }] });
    expect(reads()).toEqual(['alert']);
    setPolicy(clinic, 'cashier', { rules: [{ action: 'read', subject: 'referral' }], district: 'Djenné' });
    expect(reads()).toEqual(['alert']);
    setPolicy(clinic, 'cashier', {
      rules: [{ action: 'read', subject: 'report' }],
      district: 'Bandiagara',
      edition: 4,
    });
    expect(reads()).toEqual(['report']);
    setPolicy(clinic, 'cashier', {
      rules: [{ action: 'read', subject: 'patient' }],
      district: 'Bandiagara',
      edition: 3,
    });
    expect(reads()).toEqual(['report']);
  });

  it('travel in the session, so that a client can draw itself from them', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const denial: PermissionRule = { action: 'read', subject: 'patient', fields: ['nina'], inverted: true };
    addRules(clinic, 'nurse', [denial]);
    const body = { login: 'nurse', password: TEST_PASSWORD };
    const session = await clinic.anonymous('POST', '/api/v1/sessions', { body });
    expect(session.body.rules.at(-1)).toEqual(denial);
    expect(session.body.permissions).toContainEqual({ action: 'read', subject: 'patient' });
  });
});

describe('a field that a role may not read', () => {
  it('is in no answer: list, search, single record, duplicates, consultation, conflict or what one has written', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const nurse = await clinic.as('nurse');
    const id = await registered(head);
    await registered(head, { givenName: 'Domou' });
    addRules(clinic, 'nurse', [{ action: 'read', subject: 'patient', fields: ['nina'], inverted: true }]);
    const answers = [
      await nurse('GET', '/api/v1/patients'),
      await nurse('GET', '/api/v1/patients?search=dolo'),
      await nurse('GET', `/api/v1/patients/${id}`),
      await nurse('PATCH', `/api/v1/patients/${id}`, { body: { village: 'Ireli' }, headers: { 'if-match': '*' } }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).toContain('Dolo');
      expect(JSON.stringify(body)).not.toContain('18702198512345A');
    }
    expect((await nurse('GET', `/api/v1/patients/${id}/duplicates`)).status).toBe(403);
    expect(JSON.stringify((await head('GET', `/api/v1/patients/${id}`)).body)).toContain('18702198512345A');
  });

  it('says nothing by what is found with it', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const nurse = await clinic.as('nurse');
    await registered(head);
    const found = async (typed: string) => (await nurse('GET', `/api/v1/patients?search=${typed}`)).body.items.length;
    expect([await found('76123456'), await found('dolo')]).toEqual([1, 1]);
    addRules(clinic, 'nurse', [{ action: 'read', subject: 'patient', fields: ['phone'], inverted: true }]);
    expect([await found('76123456'), await found('dolo')]).toEqual([0, 1]);
  });
});

describe('a field that a role may not write', () => {
  it('is refused by its name, with nothing written and the refusal in the trail', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    addRules(clinic, 'nurse', [{ action: ['create', 'update'], subject: 'patient', fields: ['nina'], inverted: true }]);
    const refused = await nurse('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: 'Apomi', nina: '18702198512345A' },
      key: 'k',
    });
    expect([refused.status, refused.body.code]).toEqual([403, 'SH-A002']);
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual(['nina']);
    expect((await nurse('GET', '/api/v1/patients')).body.items).toEqual([]);
    const made = await nurse('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: 'Apomi' },
      key: 'k',
    });
    expect(made.status).toBe(201);
    const path = `/api/v1/patients/${made.body.id}`;
    const body = { nina: '18702198512345A', village: 'Ireli' };
    expect((await nurse('PATCH', path, { body, headers: { 'if-match': '*' } })).status).toBe(403);
    expect((await nurse('GET', path)).body.village).toBeUndefined();
    expect(denials(clinic)).toMatchObject([
      { action: 'create', recordType: 'patient', recordId: null, detail: { fields: ['nina'] } },
      { action: 'update', recordType: 'patient', recordId: made.body.id, detail: { fields: ['nina'] } },
    ]);
  });
});

describe('the layer below the services', () => {
  it('judges what a service writes that asked nobody', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    const patient = await registered(head);
    const cashier: Staff = {
      ...{ kind: 'staff', accountId: 1, login: 'cashier', role: 'cashier', sessionId: 's' },
      ...{ practitionerId: '00000000-0000-8000-8000-000000000000', address: null, requestId: null },
    };
    const diagnosis = (): unknown =>
      clinic.access.transact(cashier, (tx) => tx.create(condition, { patient, code: 'B24' }));
    expect(diagnosis).toThrow(expect.objectContaining({ code: 'SH-A002' }));
    const renaming = (): unknown => clinic.access.transact(cashier, (tx) => tx.patch(patient, { village: 'Ireli' }));
    expect(renaming).toThrow(expect.objectContaining({ code: 'SH-A002' }));
    expect(denials(clinic)).toMatchObject([
      { login: 'cashier', action: 'create', recordType: 'condition', patientId: patient },
      { login: 'cashier', action: 'update', recordType: 'patient', recordId: patient },
    ]);
  });
});

describe('conditions', () => {
  it('let see what one wrote oneself, and what is under one’s care', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const midwife = await clinic.as('midwife');
    const mine = await registered(midwife);
    const theirs = await registered(nurse);
    const read = (conditions: PermissionRule['conditions']): PermissionRule => ({
      action: 'read',
      subject: ['patient', 'observation'],
      conditions,
    });
    setPolicy(clinic, 'midwife', { rules: [read({ author: 'self' })] });
    expect((await midwife('GET', '/api/v1/patients')).body.items).toMatchObject([{ id: mine }]);
    const refused = await midwife('GET', `/api/v1/patients/${theirs}`);
    expect([refused.status, refused.body.code]).toEqual([403, 'SH-A002']);
    expect(denials(clinic)).toMatchObject([{ login: 'midwife', action: 'read', recordId: theirs, patientId: theirs }]);

    setPolicy(clinic, 'midwife', { rules: [read({ careRelation: true })], edition: 2 });
    const seen = async () => (await midwife('GET', '/api/v1/patients')).body.items.map(({ id }: { id: string }) => id);
    expect(await seen()).toEqual([mine, theirs]);
    await clinic.clock.advance(25 * 3600_000);
    const again = await signIn(clinic, 'midwife');
    const later = (await again('GET', '/api/v1/patients')).body.items.map(({ id }: { id: string }) => id);
    expect(later).toEqual([mine]);
    const day = await signIn(clinic, 'nurse');
    const start = new Date(clinic.clock.now()).toISOString();
    expect((await day('POST', '/api/v1/encounters', { body: { patient: theirs, start } })).status).toBe(201);
    expect((await again('GET', '/api/v1/patients')).body.items).toHaveLength(2);
  });

  it('look at who made the record: this facility or another', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const own = await registered(nurse);
    setPolicy(clinic, 'nurse', { rules: [{ action: 'read', subject: 'patient', conditions: { facility: 'other' } }] });
    expect((await nurse('GET', `/api/v1/patients/${own}`)).status).toBe(403);
    setPolicy(clinic, 'nurse', {
      rules: [{ action: 'read', subject: 'patient', conditions: { facility: 'own' } }],
      edition: 2,
    });
    expect((await nurse('GET', `/api/v1/patients/${own}`)).status).toBe(200);
  });

  it('take what a node made that this one has replaced for the facility’s own', async () => {
    await using clinic = await openTestClinic();
    await using former = await openTestStore({ node: 2 });
    await using foreign = await openTestStore({ node: 3 });
    const { own, other } = clinic.facilities;
    const [ours, theirs] = [
      [former, own],
      [foreign, other],
    ].map(([at, facility]) =>
      (at as TestStore).store.transact({ author: null, role: 'system' }, (tx) => {
        tx.create(practitioner, { familyName: 'Guindo', role: 'head', facility: facility as string });
        return tx.create(patientType, { familyName: 'Dolo', givenName: 'Yassa' });
      }),
    );
    const here = journalOf(clinic.node);
    // One feed brings both, as the hub numbers it.
    const feed = [former, foreign].flatMap((node) => journalOf(node).journalAfter(0));
    const numbered = feed.map((change, index) => ({ ...change, position: index + 1 }));
    expect(here.applyFeed(numbered).quarantined).toBe(0);
    setPolicy(clinic, 'nurse', { rules: [{ action: 'read', subject: 'patient', conditions: { facility: 'own' } }] });
    const nurse = await clinic.as('nurse');
    expect((await nurse('GET', '/api/v1/patients')).body.items).toMatchObject([{ id: ours }]);
    expect((await nurse('GET', `/api/v1/patients/${theirs}`)).status).toBe(403);
  });

  it('open at the hours and for the purpose that they name', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const { permissions } = clinic.access;
    setPolicy(clinic, 'nurse', {
      rules: [
        { action: 'read', subject: 'patient', conditions: { time: { $gte: '07:00', $lt: '19:00' } } },
        { action: 'read', subject: 'condition', conditions: { purpose: 'ETREAT' } },
      ],
    });
    clinic.clock.setNow(Date.UTC(2026, 0, 5, 6, 59));
    expect(permissions.may({ role: 'nurse' }, 'read', 'patient')).toBe(false);
    clinic.clock.setNow(Date.UTC(2026, 0, 5, 7, 0));
    expect(permissions.may({ role: 'nurse' }, 'read', 'patient')).toBe(true);
    const nurse = await signIn(clinic, 'nurse');
    expect((await nurse('GET', '/api/v1/conditions')).status).toBe(403);
    expect(permissions.may({ role: 'nurse', purpose: 'ETREAT' }, 'read', 'condition')).toBe(true);
  });
});

describe('rules that change while they are asked', () => {
  it('are those of before in a transaction, and nothing is left of an edition that was undone', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const { access } = clinic;
    const nurse: Staff = {
      ...{ kind: 'staff', accountId: 1, login: 'nurse', role: 'head', sessionId: 's' },
      ...{ practitionerId: '00000000-0000-8000-8000-000000000000', address: null, requestId: null },
    };
    const may = (): boolean => access.permissions.may({ role: 'cashier' }, 'read', 'patient');
    const rules = JSON.stringify([{ action: 'read', subject: 'patient', inverted: true }]);
    const undone = (): void =>
      access.transact(nurse, (tx) => {
        tx.create(facilityRights, { role: 'cashier', rules, edition: 1 });
        expect(may()).toBe(true);
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');
    expect(may()).toBe(true);
    addRules(clinic, 'cashier', JSON.parse(rules));
    expect(may()).toBe(false);
  });
});

/** A new session of somebody who has an account. */
async function signIn(clinic: TestClinic, login: Role): Promise<TestClient> {
  const { body } = await clinic.anonymous('POST', '/api/v1/sessions', { body: { login, password: TEST_PASSWORD } });
  return clientOf(clinic.url, body.accessToken);
}
