import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient } from '../lan/testing/test-clinic.ts';
import { printedNumber } from './printed-number.ts';

type Clinic = Awaited<ReturnType<typeof openTestClinic>>;

const registered = async (client: TestClient, more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { status, body } = await client('POST', '/api/v1/patients', {
    body: { familyName: 'Dolo', givenName: 'Apomi', ...more },
  });
  expect(status).toBe(201);
  return body.number;
};
const sangha = (counter: number): string => printedNumber('cscom_sangha', counter);

/** As if the hub had told of another copy of this disk. */
const tellOfCopy = ({ store }: Clinic, incarnation: string) =>
  store.db.prepare('update sync_state set other_branch = ?').run(incarnation);

describe('the numbers that a facility prints', () => {
  it('rise by one, whoever’s numbers are read beside them', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    expect(await registered(registrar)).toBe(sangha(1));
    await registered(registrar, { number: printedNumber('cscom_nando', 812) });
    expect([await registered(registrar), await registered(registrar)]).toEqual([sangha(2), sangha(3)]);
  });

  it('begin a thousand that no former disk of the facility has begun', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await registered(registrar, { number: sangha(2417) });
    await registered(registrar, { number: 'ancien carnet 99999' });
    expect([await registered(registrar), await registered(registrar)]).toEqual([sangha(3001), sangha(3002)]);
  });

  it('keep above whatever comes while the hub is still filling a new disk', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    clinic.store.db
      .prepare(`insert into replica_state (id, loading) values (1, '{"patients":9,"left":3}')
        on conflict (id) do update set loading = excluded.loading`)
      .run();
    await registered(registrar, { number: sangha(412) });
    expect([await registered(registrar), await registered(registrar)]).toEqual([sangha(1001), sangha(1002)]);
    await registered(registrar, { number: sangha(1950) });
    expect([await registered(registrar), await registered(registrar)]).toEqual([sangha(2001), sangha(2002)]);
  });

  it('part where a disk was copied, once for each copy that is heard of', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await registered(registrar);
    tellOfCopy(clinic, 'ffffffffffff');
    expect([await registered(registrar), await registered(registrar)]).toEqual([sangha(1001), sangha(1002)]);
    // The copy with the higher incarnation leaves a thousand to the other.
    tellOfCopy(clinic, '000000000000');
    expect([await registered(registrar), await registered(registrar)]).toEqual([sangha(3001), sangha(3002)]);
    clinic.store.db.prepare(`update counter set value = 3999 where series = 'patient'`).run();
    await registered(registrar, { number: sangha(4100) });
    expect(await registered(registrar)).toBe(sangha(6001));
  });
});
