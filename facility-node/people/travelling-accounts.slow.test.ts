import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import {
  placeMember,
  staffAccount,
  verifierMember,
  verifiersIn,
} from '@santehaggui/protocols/records/staff-account.ts';
import { describe, expect, it } from 'vitest';
import { RecordReadingService } from '../admin/record-reading-service.ts';
import { ExportStore } from '../interchange/export-store.ts';
import { clientOf, openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';
import { JournalStore } from '../store/journal-store.ts';
import { AccountStore } from './account-store.ts';
import { KnownBrowserStore } from './known-browser-store.ts';
import { forgetStale } from './personal-keys.ts';
import { sealVerifier } from './sealed-verifier.ts';

const OWN = 'Kora-Niger-Baobab';
const OTHER = 'Toguna-Sahel-Mil';
const withCode = (code: string) => expect.objectContaining({ code });
const SYSTEM = { author: null, role: 'system' } as const;

/** The home of a nurse and another facility, whose nodes hear of each other through {@link Two.relay}. */
type Two = AsyncDisposable & {
  readonly home: TestClinic;
  readonly there: TestClinic;
  /** Carries everything that one of them wrote, and not yet the other has, as a hub would. */
  readonly relay: (from: TestClinic, to: TestClinic) => void;
};

async function openTwo({ areKeysKnown = true } = {}): Promise<Two> {
  const home = await openTestClinic();
  const other = { code: 'csref_djenne', node: 2, recordId: home.facilities.target };
  const there = await openTestClinic({ other, clock: home.clock });
  const journals = new Map(
    [home, there].map((clinic) => {
      const { store, log } = clinic;
      return [clinic, new JournalStore({ store, timekeeper: clinic.node.timekeeper, log: log.log })];
    }),
  );
  const carried = new Map<TestClinic, number>();
  const journalOf = (clinic: TestClinic): JournalStore => journals.get(clinic) as JournalStore;
  const relay = (from: TestClinic, to: TestClinic): void => {
    const changes = journalOf(from).journalAfter(carried.get(from) ?? 0);
    carried.set(from, journalOf(from).lastSequence());
    const { feedReceived } = journalOf(to).syncState();
    const items = changes.map(({ encoded }, index) => ({ position: feedReceived + index + 1, encoded }));
    expect(journalOf(to).applyFeed(items).quarantined).toBe(0);
    to.travelling.settle();
  };
  if (areKeysKnown) tellKeys(home, there);
  return {
    ...{ home, there, relay },
    [Symbol.asyncDispose]: async () => {
      await there[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** What the hub writes into the records of facilities. */
function tellKeys(home: TestClinic, there: TestClinic): void {
  home.store.transact(SYSTEM, (tx) => {
    tx.patch(home.facilities.own, { nodeKey: home.ownKey });
    tx.patch(home.facilities.target, { nodeKey: there.ownKey });
  });
}

const signIn = async (clinic: TestClinic, password: string, { login = 'nurse', newPassword = '' } = {}) => {
  const body = { login, password, ...(newPassword === '' ? {} : { newPassword }) };
  const answer = await clinic.anonymous('POST', '/api/v1/sessions', { body });
  return { ...answer, client: clientOf(clinic.url, answer.body.accessToken as string) };
};

const share = ({ home }: Two): void => void home.people.share('nurse', { with: ['csref_djenne'], role: 'midwife' });

const accountRecord = ({ home }: Two) => home.store.record(home.people.show('nurse').practitionerId);

/** A nurse whose account is valid at both, known at both. */
async function openShared(): Promise<Two> {
  const two = await openTwo();
  await two.home.as('nurse');
  share(two);
  two.relay(two.home, two.there);
  return two;
}

describe('an account that is shared with another facility', () => {
  it('signs its owner in there with the same password, in the role that the share gives, once it is sealed to that node', async () => {
    await using two = await openTwo({ areKeysKnown: false });
    const { home, there, relay } = two;
    await home.as('nurse');
    share(two);
    relay(home, there);
    expect((await signIn(there, TEST_PASSWORD)).status).toBe(401);
    expect(there.people.list()).toMatchObject([
      { login: 'nurse', state: 'waiting', role: 'midwife', home: { facility: 'cscom_sangha' } },
    ]);

    tellKeys(home, there);
    home.travelling.settle();
    relay(home, there);
    const { status, body, client } = await signIn(there, TEST_PASSWORD);
    expect([status, body.user.role, body.user.name]).toEqual([201, 'midwife', 'nurse Dolo']);
    expect((await client('GET', '/api/v1/patients')).status).toBe(200);
    expect(there.people.list()).toMatchObject([{ state: 'active', home: { name: 'CSCOM de Sangha' } }]);
    expect(home.people.show('nurse').sharedWith).toMatchObject([{ facility: 'csref_djenne', role: 'midwife' }]);
  });

  it('has the password that was changed last, wherever that was, and the sessions of the former one end', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    const { client } = await signIn(home, TEST_PASSWORD);
    expect((await signIn(there, TEST_PASSWORD, { newPassword: OWN })).status).toBe(201);
    relay(there, home);
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    expect((await signIn(home, TEST_PASSWORD)).status).toBe(401);
    expect((await signIn(home, OWN, { newPassword: OTHER })).status).toBe(201);
    relay(home, there);
    expect((await signIn(there, OWN)).status).toBe(401);
    expect((await signIn(there, OTHER)).status).toBe(201);
  });

  it('has one password everywhere when both facilities changed it unseen by each other, and nothing to be decided', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    await signIn(home, TEST_PASSWORD, { newPassword: OWN });
    await signIn(there, TEST_PASSWORD, { newPassword: OTHER });
    relay(home, there);
    relay(there, home);
    relay(home, there);
    const works = async (password: string) =>
      Promise.all([home, there].map(async (clinic) => (await signIn(clinic, password)).status));
    expect([await works(OWN), await works(OTHER)].toSorted()).toEqual([
      [201, 201],
      [401, 401],
    ]);
    expect(home.store.db.prepare('select count(*) from conflict').pluck().get()).toBe(0);
  });

  it('is disabled everywhere by its home, at the next click after an exchange, and comes back with a provisional password', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    const { client } = await signIn(there, TEST_PASSWORD);
    home.people.disableAccount('nurse');
    expect((await client('GET', '/api/v1/patients')).status).toBe(200);
    relay(home, there);
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    expect((await signIn(there, TEST_PASSWORD)).status).toBe(401);
    await expect(there.people.enableAccount('nurse')).rejects.toMatchObject({ code: 'SH-K153' });

    const { provisional } = await home.people.enableAccount('nurse');
    relay(home, there);
    expect((await signIn(there, TEST_PASSWORD)).status).toBe(401);
    const given = provisional?.password ?? '';
    expect((await signIn(there, given)).body.code).toBe('SH-A153');
    expect((await signIn(there, given, { newPassword: OWN })).status).toBe(201);
    relay(there, home);
    expect((await signIn(home, OWN)).status).toBe(201);
  });

  it('is the other facility’s to shut out there, and to give another role there, whatever its home says later', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    const { client } = await signIn(there, TEST_PASSWORD);
    expect(there.people.disableAccount('nurse')).toMatchObject({ state: 'disabled', endedSessions: 1 });
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    home.people.disableAccount('nurse');
    await home.people.enableAccount('nurse');
    relay(home, there);
    expect(there.people.show('nurse').state).toBe('disabled');
    relay(there, home);
    expect(home.people.show('nurse').state).toBe('provisional');

    // Nor by ending the share and beginning another.
    const again = () => {
      home.people.unshare('nurse', ['csref_djenne']);
      home.people.share('nurse', { with: ['csref_djenne'], role: 'nurse' });
      relay(home, there);
    };
    again();
    expect(there.people.show('nurse').state).toBe('disabled');

    await there.people.enableAccount('nurse');
    there.people.changeRole('nurse', 'head');
    home.people.share('nurse', { with: ['csref_djenne'], role: 'nurse' });
    relay(home, there);
    expect(there.people.show('nurse')).toMatchObject({ state: 'provisional', role: 'head' });
    again();
    expect(there.people.show('nurse')).toMatchObject({ state: 'provisional', role: 'head' });
    expect(accountRecord(two)?.fields.role).toBe('nurse');
    await expect(there.people.resetPassword('nurse')).rejects.toMatchObject({ code: 'SH-K153' });
    expect(() => there.people.share('nurse', { with: ['sih_mopti'], role: undefined })).toThrow(withCode('SH-K153'));
  });

  it('opens the other facility’s database with the former password no more, and with nothing once it is disabled', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    const { db } = there.store;
    const done: string[] = [];
    const forgotten = (): readonly string[] => {
      const keys = {
        forget: (login: string) => done.push(`all of ${login}`),
        forgetPassword: (login: string) => void done.push(`password of ${login}`),
        logins: () => new Set<string>(),
      };
      const nothing = { phoneEnding: null, passkeys: [] };
      const removeAllOf = (id: number) => {
        done.push(`factors of ${id}`);
        return nothing;
      };
      const factors = { summaryOf: () => nothing, removeAllOf, settle: () => {} };
      forgetStale({ db, accounts: new AccountStore(db), browsers: new KnownBrowserStore(db), keys, factors });
      return done.splice(0);
    };
    await signIn(there, TEST_PASSWORD);
    const browsers = () => db.prepare('select count(*) from known_browser').pluck().get();
    expect([forgotten(), browsers()]).toEqual([[], 1]);
    await signIn(home, TEST_PASSWORD, { newPassword: OWN });
    relay(home, there);
    expect([forgotten(), browsers()]).toEqual([['password of nurse'], 0]);
    expect(forgotten()).toEqual([]);
    home.people.disableAccount('nurse');
    relay(home, there);
    expect(forgotten()).toEqual(['all of nurse', 'factors of 1']);
    await home.people.enableAccount('nurse');
    relay(home, there);
    expect(forgotten()).toEqual(['all of nurse', 'factors of 1']);
  });

  it('leaves a colleague there the login, and takes its home’s name with its own', async () => {
    await using two = await openTwo();
    const { home, there, relay } = two;
    await home.as('nurse');
    await there.people.createAccount({ login: 'nurse', password: OWN, role: 'nurse', familyName: 'Tapo' });
    share(two);
    relay(home, there);
    expect((await signIn(there, OWN)).body.user.name).toBe('Tapo');
    expect((await signIn(there, TEST_PASSWORD)).status).toBe(401);
    const guest = await signIn(there, TEST_PASSWORD, { login: 'nurse@cscom_sangha' });
    expect([guest.status, guest.body.user.name]).toEqual([201, 'nurse Dolo']);
  });

  it('is gone there when the share is ended, its login free, and comes back with the next', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    const { client } = await signIn(there, TEST_PASSWORD);
    home.people.unshare('nurse', ['csref_djenne']);
    expect(() => home.people.unshare('nurse', ['csref_djenne'])).toThrow(withCode('SH-K155'));
    relay(home, there);
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    expect((await signIn(there, TEST_PASSWORD)).status).toBe(401);
    expect(there.people.list()).toEqual([]);
    await there.people.createAccount({ login: 'nurse', password: OWN, role: 'nurse', familyName: 'Tapo' });

    share(two);
    relay(home, there);
    expect((await signIn(there, TEST_PASSWORD, { login: 'nurse@cscom_sangha' })).status).toBe(201);
    expect((await signIn(home, TEST_PASSWORD)).status).toBe(201);
  });

  it('never makes anybody an administrator of another facility', async () => {
    await using two = await openTwo();
    const { home, there, relay } = two;
    await home.as('head');
    expect(() => home.people.share('head', { with: ['csref_djenne'], role: undefined })).toThrow(withCode('SH-I151'));
    const { practitionerId: practitioner } = home.people.show('head');
    home.store.transact(SYSTEM, (tx) => {
      const places = [placeMember({ facility: home.facilities.target, role: 'head' })];
      tx.create(staffAccount, { practitioner, home: home.facilities.own, login: 'head', places });
    });
    home.travelling.settle();
    relay(home, there);
    expect(there.people.list()).toEqual([]);
    expect((await signIn(there, TEST_PASSWORD, { login: 'head' })).status).toBe(401);
  });

  it('signs nobody in as a colleague of the other facility', async () => {
    await using two = await openTwo();
    const { home, there, relay } = two;
    const colleague = { login: 'doctor', password: OWN, role: 'physician', familyName: 'Tapo' } as const;
    const { practitionerId: practitioner } = await there.people.createAccount(colleague);
    await home.as('nurse');
    const { target, own } = home.facilities;
    const hash = home.store.db.prepare<[], string>('select password_hash from account').pluck().get() ?? '';
    home.store.transact(SYSTEM, (tx) => {
      const places = [placeMember({ facility: target, role: 'physician' })];
      const account = tx.create(staffAccount, { practitioner, home: own, login: 'intruder', places });
      const password = { passwordHash: hash, passwordUntil: null, verifierVersion: 1 };
      const sealed = sealVerifier(there.ownKey, { ...password, account });
      tx.patch(account, { verifiers: [verifierMember({ facility: target, key: there.ownKey, sealed })] });
    });
    relay(home, there);
    expect((await signIn(there, TEST_PASSWORD, { login: 'intruder' })).status).toBe(401);
    const usable = there.people.list().filter(({ state }) => state !== 'waiting');
    expect(usable.map(({ login }) => login)).toEqual(['doctor']);
  });

  it('stays its owner’s at home, whatever version another facility gives its password', async () => {
    await using two = await openShared();
    const { home, there, relay } = two;
    await there.people.createAccount({ login: 'doctor', password: OTHER, role: 'physician', familyName: 'Tapo' });
    const hashes = there.store.db
      .prepare<[string], string>('select password_hash from account where login = ?')
      .pluck();
    const [account = ''] = there.store.db.prepare<[], string>('select id from record where type = 18').pluck().all();
    const password = { passwordHash: hashes.get('doctor') ?? '', passwordUntil: null };
    const verifierVersion = Number.MAX_SAFE_INTEGER;
    const sealed = sealVerifier(home.ownKey, { ...password, verifierVersion, account });
    const forged = verifierMember({ facility: home.facilities.own, key: home.ownKey, sealed });
    there.store.transact(SYSTEM, (tx) => tx.patch(account, { verifiers: [forged] }));
    relay(there, home);
    expect((await signIn(home, OTHER)).status).toBe(401);
    expect((await signIn(home, TEST_PASSWORD, { newPassword: OWN })).status).toBe(201);
    relay(home, there);
    expect((await signIn(there, OWN)).status).toBe(201);
  });

  it('is sealed again to a node that was replaced, by whoever has the password', async () => {
    await using two = await openShared();
    const { home, relay, there } = two;
    const key = 'ab'.repeat(32);
    home.store.transact(SYSTEM, (tx) => tx.patch(home.facilities.target, { nodeKey: key }));
    home.travelling.settle();
    const [id] = home.store.db.prepare<[], string>('select id from record where type = 18').pluck().all();
    const sealed = verifiersIn(home.store.record(id as string)?.fields.verifiers);
    expect(sealed.filter((one) => one.key === key)).toHaveLength(1);
    const written = home.store.record(id as string)?.lastStamp;
    home.travelling.settle();
    expect(home.store.record(id as string)?.lastStamp).toBe(written);
    relay(home, there);
    expect((await signIn(there, TEST_PASSWORD)).status).toBe(201);
  });

  it('is known to the facilities that the node knows, and to no other', async () => {
    await using two = await openTwo();
    const { home } = two;
    await home.as('nurse');
    expect(() => home.people.share('nurse', { with: ['nowhere'], role: undefined })).toThrow(withCode('SH-N152'));
    expect(() => home.people.share('nurse', { with: ['cscom_sangha'], role: undefined })).toThrow(withCode('SH-N152'));
    await using alone = await openTestClinic({ isEnrolled: false });
    await alone.as('nurse');
    expect(() => alone.people.share('nurse', { with: ['sih_mopti'], role: undefined })).toThrow(withCode('SH-K154'));
  });
});

describe('a password', () => {
  it('is in no record in clear, and the record is shown and exported to nobody', async () => {
    await using two = await openShared();
    const { home, there } = two;
    const staff = await home.sessions.authenticate(
      `Bearer ${(await signIn(home, TEST_PASSWORD)).body.accessToken as string}`,
      { address: null, requestId: null },
    );
    const [id = ''] = home.store.db.prepare<[], string>('select id from record where type = 18').pluck().all();
    for (const { store } of [home, there]) {
      const row = store.db.prepare<[string], string>('select fields from record where id = ?').pluck().get(id);
      expect(row).toContain('nurse');
      expect(row).not.toMatch(/argon2/i);
    }
    expect(JSON.stringify([home.people.list(), there.people.show('nurse')])).not.toMatch(/argon2/i);
    for (const role of ['nurse', 'head'] as const) {
      const reading = new RecordReadingService(home);
      expect(() => reading.show({ ...staff, role }, id)).toThrow(withCode('SH-A002'));
    }
    const exported = [undefined, staffAccount, facilityType].map((type) =>
      new ExportStore(home.store.db).after(0, { type, limit: 1000 }).records.map((record) => record.type.name),
    );
    expect(exported.flat()).toContain('facility');
    expect(exported.flat()).not.toContain('staffAccount');
    expect(JSON.stringify(home.audit.eventsAfter(0, 1000))).not.toMatch(/argon2|verifiers/i);
  });
});
