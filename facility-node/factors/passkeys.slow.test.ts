import { SoftwareAuthenticator } from '@santehaggui/runtime/testing/software-authenticator.ts';
import { describe, expect, it } from 'vitest';
import { clientOf, openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';
import type { Staff } from '../people/caller.ts';
import { failKeys } from '../store/key-errors.ts';
import type { PasskeyKeys } from './passkey-service.ts';

const page = { host: 'cscom-sangha.local:8600', isSecure: true };
const from = { address: '192.168.1.20', requestId: 'test' };
const newDevice = () => new SoftwareAuthenticator('https://cscom-sangha.local:8600');
const unknown = { code: 'SH-A006' };

/** Signs an account in, as a handler would see who asks. */
const signedIn = async (clinic: TestClinic, role: 'nurse' | 'midwife'): Promise<Staff> => {
  await clinic.as(role);
  const { answer } = await clinic.signIn.signInAtMachine({ login: role, password: TEST_PASSWORD, requestId: null });
  return clinic.sessions.authenticate(`Bearer ${answer.accessToken}`, from);
};

const add = async ({ passkeys, clock }: TestClinic, staff: Staff, name = 'Mon téléphone') => {
  const device = newDevice();
  await clock.advance(1000);
  await passkeys.add(staff, { name, registration: device.register(await passkeys.registrationOptions(staff)), page });
  return device;
};

const enter = async ({ signIn }: TestClinic, device: SoftwareAuthenticator, login?: string) => {
  const assertion = device.assert(await signIn.passkeyOptions());
  const { session } = await signIn.signInWithPasskey({ assertion, page, login }, from);
  return session.answer.user.login;
};

const auditOf = ({ node }: TestClinic): readonly string[] =>
  node.db
    .prepare<[], string>(
      `select action || ' ' || decision || ' ' || coalesce(json_extract(detail, '$.name'), json_extract(detail, '$.proof'), json_extract(detail, '$.what'))
       from audit_event where record_type = 'passkey' or json_extract(detail, '$.proof') = 'passkey'
         or json_extract(detail, '$.what') = 'passkey' order by id`,
    )
    .pluck()
    .all();

describe('passkeys of staff', () => {
  it('sign their owner in without login or password, and everything about them is audited', async () => {
    await using clinic = await openTestClinic();
    const nurse = await signedIn(clinic, 'nurse');
    const device = await add(clinic, nurse);
    expect(await enter(clinic, device)).toBe('nurse');
    expect(await enter(clinic, device, 'Nurse')).toBe('nurse');
    await expect(enter(clinic, device, 'midwife')).rejects.toMatchObject(unknown);
    const [line] = clinic.passkeys.list(nurse.accountId);
    expect(line).toMatchObject({ name: 'Mon téléphone', opensDatabase: false, lastUsedAt: expect.any(String) });
    clinic.passkeys.rename(nurse, line?.id as string, 'Tablette');
    clinic.passkeys.remove(nurse, line?.id as string);
    await expect(enter(clinic, device)).rejects.toMatchObject(unknown);
    expect(auditOf(clinic)).toEqual([
      'create permit Mon téléphone',
      'sign-in permit passkey',
      'sign-in permit passkey',
      'sign-in deny passkey',
      'update permit Tablette',
      'delete permit Tablette',
      'sign-in deny passkey',
    ]);
  });

  it('are their owner’s: another neither uses, names nor removes them, nor adds one with a challenge that was not hers', async () => {
    await using clinic = await openTestClinic();
    const [nurse, midwife] = [await signedIn(clinic, 'nurse'), await signedIn(clinic, 'midwife')];
    await add(clinic, nurse);
    const id = clinic.passkeys.list(nurse.accountId)[0]?.id as string;
    const notHers = { code: 'SH-N250' };
    expect(() => clinic.passkeys.rename(midwife, id, 'x')).toThrow(expect.objectContaining(notHers));
    expect(() => clinic.passkeys.remove(midwife, id)).toThrow(expect.objectContaining(notHers));
    const registration = newDevice().register(await clinic.passkeys.registrationOptions(nurse));
    await expect(clinic.passkeys.add(midwife, { name: 'x', registration, page })).rejects.toMatchObject(unknown);
    expect(clinic.passkeys.list(midwife.accountId)).toEqual([]);
  });

  it('are not added by who is shut out while one is being judged', async () => {
    await using clinic = await openTestClinic();
    const nurse = await signedIn(clinic, 'nurse');
    const registration = newDevice().register(await clinic.passkeys.registrationOptions(nurse));
    const adding = clinic.passkeys.add(nurse, { name: 'Trop tard', registration, page });
    clinic.people.disableAccount('nurse');
    await expect(adding).rejects.toMatchObject({ code: 'SH-A001' });
    expect(clinic.passkeys.list(nurse.accountId)).toEqual([]);
  });

  it('go when the account is shut out or its password is reset, and are shown to the administrator until then', async () => {
    await using clinic = await openTestClinic();
    const nurse = await signedIn(clinic, 'nurse');
    const device = await add(clinic, nurse);
    await add(clinic, nurse, 'Tablette');
    expect(clinic.people.show('nurse')).toMatchObject({ passkeys: [{ name: 'Mon téléphone' }, { name: 'Tablette' }] });
    expect(await clinic.people.resetPassword('nurse')).toMatchObject({ removedPasskeys: 2 });
    await expect(enter(clinic, device)).rejects.toMatchObject(unknown);
    expect(clinic.people.show('nurse')).toMatchObject({ passkeys: [], phoneEnding: null });
    const removed = clinic.node.db
      .prepare(`select json_extract(detail, '$.removed.passkeys') from audit_event where detail like '%reset%'`)
      .pluck()
      .get();
    expect(removed).toBe('["Mon téléphone","Tablette"]');
  });

  it('open the database by their secret where people do, and no longer once removed', async () => {
    const opening = new Map<string, { readonly login: string; readonly secret: string }>();
    const keys: PasskeyKeys = {
      isOpenedByStaff: () => true,
      addPasskey: (login, secret) => {
        const id = `unlocker ${opening.size}`;
        opening.set(id, { login, secret: Buffer.from(secret).toString('hex') });
        return id;
      },
      removeUnlocker: (id) => {
        if (isLast) throw failKeys('SH-K182');
        opening.delete(id);
      },
      passkeyUnlockers: () => (isForged ? undefined : new Set(opening.keys())),
    };
    let [isLast, isForged] = [false, false];
    await using clinic = await openTestClinic({ passkeyKeys: keys });
    const [nurse, midwife] = [await signedIn(clinic, 'nurse'), await signedIn(clinic, 'midwife')];
    const device = await add(clinic, nurse);
    const secret = new Uint8Array(32).fill(5);
    const letOpen = async (staff: Staff) => {
      const assertion = device.assert(await clinic.passkeys.openingOptions(staff));
      return clinic.passkeys.letOpen(staff, { assertion, page, secret });
    };
    await expect(letOpen(midwife)).rejects.toMatchObject({ code: 'SH-N250' });
    await letOpen(nurse);
    expect([...opening.values()]).toEqual([{ login: 'nurse', secret: '05'.repeat(32) }]);
    const [line] = clinic.passkeys.list(nurse.accountId);
    expect(line?.opensDatabase).toBe(true);
    // What cannot be noted opens nothing, and what did goes on.
    const full = `create temporary trigger full before update of unlocker_id on passkey begin select raise(abort, 'full'); end`;
    clinic.node.db.exec(full);
    await expect(letOpen(nurse)).rejects.toThrow('full');
    expect([...opening.values()]).toEqual([{ login: 'nurse', secret: '05'.repeat(32) }]);
    clinic.node.db.exec('drop trigger full');
    // A power cut between the key ring and the database: what no passkey owns goes at the next start, the last of all excepted.
    opening.set('of nobody', { login: 'nurse', secret: 'of a passkey that was never noted' });
    [isLast, isForged] = [true, true];
    clinic.people.forgetStaleKeys();
    isForged = false;
    clinic.people.forgetStaleKeys();
    expect([...opening.keys()]).toEqual(['unlocker 0', 'of nobody']);
    isLast = false;
    clinic.people.forgetStaleKeys();
    expect([...opening.keys()]).toEqual(['unlocker 0']);
    expect(clinic.passkeys.list(nurse.accountId)[0]?.opensDatabase).toBe(true);
    opening.clear();
    clinic.people.forgetStaleKeys();
    expect(clinic.passkeys.list(nurse.accountId)[0]?.opensDatabase).toBe(false);
    await letOpen(nurse);
    clinic.passkeys.remove(nurse, line?.id as string);
    expect(opening.size).toBe(0);

    await using alone = await openTestClinic();
    const other = await signedIn(alone, 'nurse');
    const assertion = (await add(alone, other)).assert(await alone.passkeys.openingOptions(other));
    await expect(alone.passkeys.letOpen(other, { assertion, page, secret })).rejects.toMatchObject({ code: 'SH-K250' });
  });

  it('are ten at most, and none is made or taken away without the password', async () => {
    await using clinic = await openTestClinic();
    const nurse = await signedIn(clinic, 'nurse');
    for (let index = 0; index < 10; index++) await add(clinic, nurse, `Appareil ${index}`);
    await expect(clinic.passkeys.registrationOptions(nurse)).rejects.toMatchObject({ code: 'SH-K251' });
    const session = { body: { login: 'nurse', password: TEST_PASSWORD } };
    const { body } = await clinic.anonymous('POST', '/api/v1/sessions', session);
    const client = clientOf(clinic.url, body.accessToken as string);
    const path = `/api/v1/factors/passkeys/${clinic.passkeys.list(nurse.accountId)[0]?.id}`;
    expect((await client('DELETE', path)).status).toBe(405);
    expect((await client('POST', `${path}/removal`, { body: { password: 'wrong' } })).body.code).toBe('SH-A156');
    const removed = await client('POST', `${path}/removal`, { body: { password: TEST_PASSWORD } });
    expect(removed.body.passkeys).toHaveLength(9);
    const midwife = await clinic.as('midwife');
    const refused = await midwife('POST', '/api/v1/factors/passkeys/options', { body: { password: 'wrong' } });
    expect(refused.body.code).toBe('SH-A156');
    const options = await midwife('POST', '/api/v1/factors/passkeys/options', { body: { password: TEST_PASSWORD } });
    expect(options.body).toMatchObject({ rp: { id: 'cscom-sangha.local' }, user: { name: 'midwife' } });
    const asked = await clinic.anonymous('POST', '/api/v1/sessions/challenge');
    expect(asked.body).toMatchObject({ rpId: 'cscom-sangha.local', userVerification: 'required' });
    const noProof = await clinic.anonymous('POST', '/api/v1/sessions', { body: {} });
    expect(noProof.body.errors.map(({ field }: { field: string }) => field)).toEqual(['login', 'password']);
  });
});
