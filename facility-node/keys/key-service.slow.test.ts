import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sealKeysFromSeed } from '@santehaggui/protocols/crypto/sodium.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { KeyRing, ringOpenedByFile } from '../store/key-ring.ts';
import { openNodeDatabase } from '../store/open-database.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { keysOfPasskey, keysOfPassword, keysOfRecoveryWords } from '../store/unlockers.ts';
import { KeyService } from './key-service.ts';

const passwordCost = { memoryKiB: 64, passes: 1, lanes: 1 };
const strong = { login: 'awa', password: 'soleil-marché-pirogue-hibou', known: [] };

const serviceOf = (node: TestStore, parts: { isBusy?: boolean; hubKey?: string } = {}) => {
  const { db, ring, clock, directory, log } = node;
  return new KeyService({
    ...{ db, ring, clock, log: log.log, passwordCost, unlockFile: directory.unlockFile },
    audit: new AuditService({ db, clock }),
    isBusy: () => parts.isBusy === true,
    hubKey: () => parts.hubKey,
  });
};

const openedBy = async ({ directory }: TestStore, password: string) => {
  const ring = KeyRing.read(directory.keyRingFile);
  const own = ring.unlockers().find(({ kind }) => kind === 'password');
  return ring.open(await keysOfPassword(password, Buffer.from(own?.salt ?? '', 'base64'), passwordCost));
};

const notesOf = ({ db }: TestStore): readonly string[] =>
  db
    .prepare<[], string>(
      "select json_extract(detail, '$.what') from audit_event where record_type = 'keys' order by id",
    )
    .pluck()
    .all();

describe('KeyService', () => {
  it('gives the open database a new key, which alone opens it, and work goes on', async () => {
    await using node = await openTestStore();
    const before = node.ring.current();
    serviceOf(node).rotateDatabaseKey();
    node.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(patient, { familyName: 'A', givenName: 'B' }),
    );
    expect(node.ring.candidates()).toHaveLength(1);
    expect(node.ring.current().keyHex).not.toBe(before.keyHex);
    const copy = readFileSync(node.directory.keyRingFile);
    await node.reopen();
    expect(node.db.prepare('select count(*) from patient').pluck().get()).toBe(1);
    expect(notesOf(node)).toEqual(['rotate']);
    expect(copy.includes(node.ring.current().keyHex)).toBe(false);
  });

  it('does not change the key under an import, which has the database open', async () => {
    await using node = await openTestStore();
    const service = serviceOf(node, { isBusy: true });
    expect(() => service.rotateDatabaseKey()).toThrow(expect.objectContaining({ code: 'SH-K181' }));
    await expect(service.openByStaff(strong)).rejects.toMatchObject({ code: 'SH-K181' });
  });

  it('goes from opening by itself to being opened by staff and back, and audits it', async () => {
    await using node = await openTestStore();
    const { directory } = node;
    const service = serviceOf(node);
    expect(service.status().opens).toBe('unattended');
    const oldFile = readFileSync(directory.unlockFile);
    await expect(service.openByStaff({ ...strong, password: 'awa2026' })).rejects.toMatchObject({ code: 'SH-I180' });
    await service.openByStaff(strong);
    expect(service.status()).toMatchObject({ opens: 'staff', unlockers: [{ kind: 'password', login: 'awa' }] });
    expect(existsSync(directory.unlockFile)).toBe(false);
    writeFileSync(directory.unlockFile, oldFile);
    expect(() => ringOpenedByFile(directory)).toThrow(expect.objectContaining({ code: 'SH-T180' }));
    expect((await openedBy(node, strong.password))?.current()).toEqual(node.ring.current());
    expect(await openedBy(node, 'soleil-marché-pirogue-autre')).toBeUndefined();
    service.openUnattended();
    expect(ringOpenedByFile(directory).current()).toEqual(node.ring.current());
    expect(notesOf(node)).toEqual(['password', 'opening', 'rotate', 'opening']);
  });

  it('wraps for a strong password at its first use where staff open the node, and forgets who is disabled', async () => {
    await using node = await openTestStore();
    const service = serviceOf(node);
    await service.passwordProven({ ...strong, login: 'issa' });
    expect(service.status().unlockers).toHaveLength(1);
    await service.openByStaff(strong);
    await service.passwordProven({ ...strong, login: 'issa', password: 'baobab-fleuve-tamis-cuivre' });
    await service.passwordProven({ ...strong, login: 'faible', password: '123456' });
    expect(service.status().unlockers.map(({ login }) => login)).toEqual(['awa', 'issa']);
    expect(service.forget('issa')).toBe(1);
    expect(service.status().unlockers.map(({ login }) => login)).toEqual(['awa']);
    expect(() => service.forget('awa')).toThrow(expect.objectContaining({ code: 'SH-K182' }));
  });

  it('wraps for nobody who is shut out, or takes another password, while it looks at the one that was proven', async () => {
    await using node = await openTestStore();
    const service = serviceOf(node);
    await service.openByStaff(strong);
    const other = { ...strong, login: 'issa', password: 'baobab-fleuve-tamis-cuivre' };
    for (const forget of ['forget', 'forgetPassword'] as const) {
      const proving = service.passwordProven(other);
      service[forget]('issa');
      await proving;
      expect(service.status().unlockers.map(({ login }) => login)).toEqual(['awa']);
    }
    await service.passwordProven(other);
    expect(service.status().unlockers.map(({ login }) => login)).toEqual(['awa', 'issa']);
  });

  it('lets a passkey open it by its secret, keeps it when the password changes, and takes it out alone', async () => {
    await using node = await openTestStore();
    const service = serviceOf(node);
    await service.openByStaff(strong);
    const secret = new Uint8Array(32).fill(4);
    const openedByPasskey = () => KeyRing.read(node.directory.keyRingFile).open(keysOfPasskey(secret));
    expect(openedByPasskey()).toBeUndefined();
    const id = service.addPasskey('awa', secret);
    expect(openedByPasskey()?.current()).toEqual(node.ring.current());
    service.forgetPassword('awa');
    expect(service.status().unlockers.map(({ kind }) => kind)).toEqual(['passkey']);
    service.rotateDatabaseKey();
    expect(openedByPasskey()?.current()).toEqual(node.ring.current());
    // Nobody else would open it any more.
    expect(() => service.removeUnlocker(id)).toThrow(expect.objectContaining({ code: 'SH-K182' }));
    await service.passwordProven(strong);
    service.removeUnlocker(id);
    expect(openedByPasskey()).toBeUndefined();
    service.removeUnlocker(id);
    expect(notesOf(node).slice(-5)).toEqual(['passkey', 'forget-password', 'rotate', 'password', 'remove']);
  });

  it('gives recovery words that open it, and takes those before out', async () => {
    await using node = await openTestStore();
    const service = serviceOf(node);
    const open = (words: readonly string[]) => {
      const keys = keysOfRecoveryWords(words.join(' '));
      return keys === undefined ? undefined : KeyRing.read(node.directory.keyRingFile).open(keys);
    };
    const first = service.escrow();
    expect(open(first.words)?.current()).toEqual(node.ring.current());
    const second = service.escrow();
    expect(open(first.words)).toBeUndefined();
    const ring = open(second.words);
    if (ring === undefined) throw new Error('the words do not open it');
    node.db.close();
    const { directory, clock, log } = node;
    (await openNodeDatabase({ directory, ring, clock, log: log.log })).close();
    await node.reopen();
  });

  it('lets the hub that it is enrolled at open it, and only the last one', async () => {
    await using node = await openTestStore();
    const hub = sealKeysFromSeed(new Uint8Array(32).fill(9));
    serviceOf(node, { hubKey: 'ab'.repeat(32) }).wrapForHub();
    const service = serviceOf(node, { hubKey: toHex(hub.publicKey) });
    service.wrapForHub();
    service.wrapForHub();
    expect(service.status().unlockers.filter(({ kind }) => kind === 'hub')).toHaveLength(1);
    expect(KeyRing.read(node.directory.keyRingFile).open(hub)?.current()).toEqual(node.ring.current());
    expect(notesOf(node)).toEqual(['hub', 'hub']);
  });
});
