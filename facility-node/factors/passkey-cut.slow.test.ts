import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { SoftwareAuthenticator } from '@santehaggui/runtime/testing/software-authenticator.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { KeyService } from '../keys/key-service.ts';
import { openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';
import { dataDirectory } from '../store/data-directory.ts';
import { ringOpenedByFile } from '../store/key-ring.ts';
import { openNodeDatabase } from '../store/open-database.ts';
import { type PasskeyKeys, PasskeyService } from './passkey-service.ts';

const page = { host: 'cscom-sangha.local:8600', isSecure: true };
const from = { address: '192.168.1.20', requestId: 'test' };

type Parts = Pick<TestClinic['node'], 'db' | 'ring' | 'clock' | 'log' | 'directory'>;

const keysOf = ({ db, ring, clock, log, directory }: Parts) =>
  new KeyService({
    ...{ db, ring, clock, log: log.log, unlockFile: directory.unlockFile },
    ...{ audit: new AuditService({ db, clock }), isBusy: () => false, hubKey: () => undefined },
  });

/** What the next start finds on a disk and makes of it: the passkeys that open the database, by the key ring and by the table. */
const startedFrom = async (root: string, { clock, log }: Parts) => {
  const directory = dataDirectory(root);
  const ring = ringOpenedByFile(directory);
  const db = await openNodeDatabase({ directory, ring, clock, log: log.log });
  const audit = new AuditService({ db, clock });
  const party = { host: 'cscom-sangha.local', name: 'CSCOM' };
  const keys = keysOf({ db, ring, clock, log, directory });
  const passkeys = new PasskeyService({ ...{ db, audit, clock, party, keys }, holds: () => true });
  const told = () => ({
    ring: ring.unlockers().flatMap(({ id, kind }) => (kind === 'passkey' ? id : [])),
    table: db.prepare('select unlocker_id from passkey where unlocker_id is not null').pluck().all(),
  });
  const found = told();
  passkeys.settleUnlockers();
  const after = told();
  db.close();
  return { found, after };
};

it('a power cut between a passkey and its place in the key ring leaves nothing that opens the database unseen, or is only said to', async () => {
  await using images = await temporaryDirectory();
  let own: KeyService | undefined;
  let clinic: TestClinic | undefined;
  let step = '';
  const keys = (): KeyService => own as KeyService;
  /** The disk as a power cut leaves it here. */
  const image = (cut: string): void => {
    cpSync(clinic?.node.directory.root as string, join(images.path, `${step} ${cut}`), { recursive: true });
  };
  const passkeyKeys: PasskeyKeys = {
    isOpenedByStaff: () => true,
    addPasskey: (login, secret) => {
      const id = keys().addPasskey(login, secret);
      image('added');
      return id;
    },
    passkeyUnlockers: () => {
      image('noted');
      return keys().passkeyUnlockers();
    },
    removeUnlocker: (id) => {
      keys().removeUnlocker(id);
      image('removed');
    },
  };
  await using opened = await openTestClinic({ passkeyKeys });
  clinic = opened;
  own = keysOf(opened.node);
  await opened.as('nurse');
  const { answer } = await opened.signIn.signInAtMachine({ login: 'nurse', password: TEST_PASSWORD, requestId: null });
  const nurse = await opened.sessions.authenticate(`Bearer ${answer.accessToken}`, from);
  const device = new SoftwareAuthenticator('https://cscom-sangha.local:8600');
  const registration = device.register(await opened.passkeys.registrationOptions(nurse));
  await opened.passkeys.add(nurse, { name: 'Mon téléphone', registration, page });
  const letOpen = async (of: string) => {
    step = of;
    await opened.clock.advance(1000);
    const assertion = device.assert(await opened.passkeys.openingOptions(nurse));
    await opened.passkeys.letOpen(nurse, { assertion, page, secret: new Uint8Array(32).fill(of.length) });
    return opened.node.ring.unlockers().at(-1)?.id as string;
  };
  const first = await letOpen('first');
  const second = await letOpen('second');
  step = 'end';
  opened.passkeys.remove(nurse, opened.passkeys.list(nurse.accountId)[0]?.id as string);

  const at = (cut: string) => startedFrom(join(images.path, cut), opened.node);
  // Nobody was told yet that it opens the database: it does not.
  expect(await at('first added')).toEqual({
    found: { ring: [first], table: [] },
    after: { ring: [], table: [] },
  });
  expect((await at('first noted')).after).toEqual({ ring: [first], table: [first] });
  expect(await at('second added')).toEqual({
    found: { ring: [first, second], table: [first] },
    after: { ring: [first], table: [first] },
  });
  expect(await at('second noted')).toEqual({
    found: { ring: [first, second], table: [second] },
    after: { ring: [second], table: [second] },
  });
  expect(await at('end removed')).toEqual({
    found: { ring: [], table: [second] },
    after: { ring: [], table: [] },
  });
});
