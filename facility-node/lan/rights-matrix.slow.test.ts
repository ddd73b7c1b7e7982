import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import { describe, expect, it } from 'vitest';
import type { ApiDocument } from './api-document.ts';
import { clientOf, openTestClinic, TEST_PASSWORD, type TestClinic } from './testing/test-clinic.ts';

type Allowed = 'anyone' | 'staff' | readonly Role[];

const CARERS: readonly Role[] = ['nurse', 'midwife', 'physician', 'head'];
const REGISTERING: readonly Role[] = ['registrar', 'community-worker', ...CARERS];
const REVIEWING: readonly Role[] = ['registrar', 'laboratory', ...CARERS];
const CLINIC: readonly Role[] = [...REGISTERING, 'pharmacist', 'cashier', 'laboratory'];
/** Who treats, hands out or examines: never whoever registers, visits or takes the money. Reviewing needs more than the door: see `emergency-access`. */
const OPENERS: readonly Role[] = [...CARERS, 'pharmacist', 'laboratory'];
const ADMINISTRATORS: readonly Role[] = ['head', 'it-officer'];
const EVERY_ROLE: readonly Role[] = ROLES.filter((role) => role !== 'system');

/** Who may call what, written down once more: a route that is not here fails, and so does one that is here and no longer there. */
const CASES: Readonly<Record<string, Allowed>> = {
  'post /sessions': 'anyone',
  'post /sessions/challenge': 'anyone',
  'post /sessions/refresh': 'anyone',
  'delete /sessions': 'anyone',
  'get /sessions/own': 'staff',
  'delete /sessions/own': 'staff',
  'delete /sessions/own/{id}': 'staff',
  'get /factors': 'staff',
  'post /factors/phone': 'staff',
  'post /factors/phone/confirmation': 'staff',
  'post /factors/phone/removal': 'staff',
  'post /factors/passkeys/options': 'staff',
  'post /factors/passkeys': 'staff',
  'patch /factors/passkeys/{id}': 'staff',
  'post /factors/passkeys/{id}/removal': 'staff',
  'post /factors/passkeys/opening/options': 'staff',
  'post /factors/passkeys/opening': 'staff',
  'get /openapi.json': 'anyone',
  'get /replica': 'staff',

  'get /patients': CLINIC,
  'get /patients/{id}': CLINIC,
  'get /patients/{id}/duplicates': CLINIC,
  'post /patients': REGISTERING,
  'patch /patients/{id}': REGISTERING,
  'post /patients/{id}/merge': REGISTERING,
  'post /patients/{id}/unmerge': REGISTERING,

  'get /encounters': [...CARERS, 'laboratory'],
  'get /encounters/{id}': [...CARERS, 'laboratory'],
  'post /encounters': CARERS,
  'patch /encounters/{id}': CARERS,
  'get /emergency-notes': [...CARERS, 'laboratory'],
  'post /emergency-notes/{id}/taken-up': CARERS,
  'get /observations': [...CARERS, 'laboratory', 'community-worker'],
  'get /observations/{id}': [...CARERS, 'laboratory', 'community-worker'],
  'post /observations': [...CARERS, 'laboratory', 'community-worker'],
  'patch /observations/{id}': [...CARERS, 'laboratory'],
  'get /conditions': CARERS,
  'get /conditions/{id}': CARERS,
  'post /conditions': CARERS,
  'patch /conditions/{id}': CARERS,
  'get /allergy-intolerances': [...REGISTERING, 'pharmacist'],
  'get /allergy-intolerances/{id}': [...REGISTERING, 'pharmacist'],
  'post /allergy-intolerances': [...CARERS, 'registrar'],
  'patch /allergy-intolerances/{id}': CARERS,
  'get /medication-requests': [...CARERS, 'pharmacist'],
  'get /medication-requests/{id}': [...CARERS, 'pharmacist'],
  'post /medication-requests': CARERS,
  'patch /medication-requests/{id}': [...CARERS, 'pharmacist'],
  'get /immunizations': CARERS,
  'get /immunizations/{id}': CARERS,
  'post /immunizations': CARERS,
  'patch /immunizations/{id}': CARERS,

  'get /document-references': [...CARERS, 'laboratory', 'community-worker'],
  'get /document-references/{id}': [...CARERS, 'laboratory', 'community-worker'],
  'post /document-references': [...CARERS, 'laboratory', 'community-worker'],
  'patch /document-references/{id}': [...CARERS, 'laboratory', 'community-worker'],
  'get /document-references/{id}/content': [...CARERS, 'laboratory', 'community-worker'],
  'get /document-references/{id}/content/state': [...CARERS, 'laboratory', 'community-worker'],
  'post /document-references/{id}/content': [...CARERS, 'laboratory', 'community-worker'],

  'get /consents': REGISTERING,
  'get /consents/{id}': REGISTERING,
  'get /patients/{id}/consents': REGISTERING,
  'post /consents/text': [...CARERS, 'registrar'],
  'post /consents/codes': [...CARERS, 'registrar'],
  'post /consents': [...CARERS, 'registrar'],
  'post /consents/{id}/withdrawal': REGISTERING,

  'get /referrals': CARERS,
  'get /referrals/{id}': CARERS,
  'post /referrals': CARERS,
  'patch /referrals/{id}': CARERS,
  'post /referrals/{id}/steps': CARERS,

  'get /practitioners': EVERY_ROLE,
  'get /practitioners/{id}': EVERY_ROLE,
  'get /facilities': EVERY_ROLE,
  'get /facilities/{id}': EVERY_ROLE,
  'get /aggregate-reports': [...CARERS, 'district-officer'],
  'get /aggregate-reports/{id}': [...CARERS, 'district-officer'],
  'get /alerts': [...CARERS, 'district-officer', 'community-worker', 'laboratory'],
  'get /alerts/{id}': [...CARERS, 'district-officer', 'community-worker', 'laboratory'],
  'get /reports/weekly': [...CARERS, 'district-officer'],

  'get /conflicts': REVIEWING,
  'get /conflicts/{id}': REVIEWING,
  'post /conflicts/{id}/resolution': REVIEWING,

  'get /role-policies': [...ADMINISTRATORS, 'auditor'],
  'get /role-policies/{id}': [...ADMINISTRATORS, 'auditor'],
  'get /facility-rights': [...ADMINISTRATORS, 'auditor'],
  'get /facility-rights/{id}': [...ADMINISTRATORS, 'auditor'],
  'get /roles': [...ADMINISTRATORS, 'auditor'],
  'get /roles/{role}': [...ADMINISTRATORS, 'auditor'],
  'post /roles/{role}/preview': [...ADMINISTRATORS, 'auditor'],
  'post /roles/{role}/editions': ADMINISTRATORS,
  'get /devices': [...ADMINISTRATORS, 'auditor'],
  'post /devices/invitations': ADMINISTRATORS,
  'post /devices/revocations': ADMINISTRATORS,
  'get /emergency-accesses': [...OPENERS, 'it-officer', 'auditor'],
  'get /emergency-accesses/{id}': [...OPENERS, 'it-officer', 'auditor'],
  'get /emergency-accesses/patients': OPENERS,
  'post /emergency-accesses': OPENERS,
  'post /emergency-accesses/{id}/end': [...OPENERS, 'it-officer'],
  'post /emergency-accesses/{id}/review': [...OPENERS, 'it-officer'],
  'get /audit': ['head', 'auditor'],
  'get /patients/{id}/accesses': ['head', 'auditor'],
  'get /patients/{id}/accesses/proof': ['head', 'auditor'],
};

type Operation = { readonly name: string; readonly method: string; readonly path: string };

const NOBODY = '00000000-0000-8000-8000-000000000000';

/** Every operation that the API itself says it has, with an address that leads to no record. */
async function operationsOf(clinic: TestClinic): Promise<readonly Operation[]> {
  const { body } = await clinic.anonymous('GET', '/api/v1/openapi.json');
  return Object.entries((body as ApiDocument).paths)
    .filter(([path]) => path.startsWith('/api/v1'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        name: `${method} ${path.replace('/api/v1', '')}`,
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, NOBODY),
      })),
    );
}

const call = (clinic: TestClinic, token: string | undefined, { method, path }: Operation) =>
  clientOf(clinic.url, token)(method, path, {
    ...(method === 'GET' ? {} : { body: {} }),
    headers: { 'if-match': '*' },
  });

async function tokenOf(clinic: TestClinic, role: Role): Promise<string> {
  await clinic.as(role);
  const body = { login: role, password: TEST_PASSWORD };
  return (await clinic.anonymous('POST', '/api/v1/sessions', { body })).body.accessToken;
}

describe('every route of the LAN API', () => {
  it('has its case here, and every case its route', async () => {
    await using clinic = await openTestClinic();
    const names = (await operationsOf(clinic)).map(({ name }) => name);
    expect([...names].sort()).toEqual(Object.keys(CASES).sort());
  });

  it('is open to the roles of its case and to no other, and each refusal is in the trail', async () => {
    await using clinic = await openTestClinic();
    const operations = await operationsOf(clinic);
    const open: Record<string, Role[]> = {};
    for (const role of EVERY_ROLE) {
      const token = await tokenOf(clinic, role);
      for (const operation of operations) {
        const allowed = CASES[operation.name];
        if (allowed === 'anyone') continue;
        const before = clinic.audit.lastNumber();
        const { status, body } = await call(clinic, token, operation);
        expect([operation.name, role, status]).not.toEqual([operation.name, role, 401]);
        expect(status, operation.name).toBeLessThan(500);
        if (body.code !== 'SH-A002') open[operation.name] = [...(open[operation.name] ?? []), role];
        else
          expect(clinic.audit.eventsAfter(before, 10), operation.name).toMatchObject([
            { login: role, decision: 'deny' },
          ]);
      }
    }
    const expected = Object.entries(CASES).filter(([, allowed]) => allowed !== 'anyone');
    for (const [name, allowed] of expected) {
      const roles = allowed === 'staff' ? EVERY_ROLE : (allowed as readonly Role[]);
      expect([name, [...(open[name] ?? [])].sort()]).toEqual([name, [...roles].sort()]);
    }
  });

  it('is closed without a session, and to the staff of another facility', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestClinic();
    await tokenOf(clinic, 'head');
    const foreign = await tokenOf(other, 'head');
    for (const operation of await operationsOf(clinic)) {
      if (CASES[operation.name] === 'anyone') continue;
      for (const token of [undefined, foreign, 'x.y.z']) {
        const { status, body } = await call(clinic, token, operation);
        expect([operation.name, status, body.code]).toEqual([operation.name, 401, 'SH-A001']);
      }
    }
  });
});
