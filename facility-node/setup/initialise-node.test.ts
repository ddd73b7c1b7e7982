import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DataDirectory, dataDirectory } from '../store/data-directory.ts';
import { KeyRing, ringOpenedByFile } from '../store/key-ring.ts';
import { IdentityKeeper } from '../store/node-identity.ts';
import { openNodeDatabase } from '../store/open-database.ts';
import { keysOfRecoveryWords } from '../store/unlockers.ts';
import { initialiseNode } from './initialise-node.ts';

const facility = { code: 'cscom_sangha', name: 'CSCOM de Sangha' };
const administrator = { login: 'amadou', password: 'Baobab-Niger-Kora', familyName: 'Guindo', givenName: 'Amadou' };
const nurse = { login: 'awa', password: 'Baobab-Niger-Sira', familyName: 'Dembélé', givenName: 'Awa', role: 'nurse' };
const log = recordingLog().log;

const init = (directory: DataDirectory, answers: unknown) =>
  initialiseNode({ directory, answers, clock: systemClock, log });

describe('initialiseNode', () => {
  beforeAll(sodiumReady);

  it('makes keys, identity, an encrypted database and the accounts, closed to others', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(join(temporary.path, 'node'));
    const report = await init(directory, { facility, administrator, staff: [nurse] });
    expect(report).toMatchObject({
      facility: 'cscom_sangha',
      accounts: [
        { login: 'amadou', role: 'it-officer' },
        { login: 'awa', role: 'nurse' },
      ],
    });
    expect(new IdentityKeeper(directory).current()).toMatchObject({ node: report.node, facility, hub: null });
    for (const file of [directory.identityFile, directory.keyRingFile, directory.unlockFile])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(directory.root).mode & 0o777).toBe(0o700);
    expect(report.recoveryWords).toHaveLength(12);
    expect(readFileSync(directory.databaseFile).includes('Dembélé')).toBe(false);
    const ring = ringOpenedByFile(directory);
    const db = await openNodeDatabase({ directory, ring, clock: systemClock, log });
    expect(db.prepare('select family_name from practitioner order by family_name').pluck().all()).toEqual([
      'Dembélé',
      'Guindo',
    ]);
    expect(db.prepare('select distinct node from journal').pluck().all()).toEqual([report.node]);
    db.close();
  });

  it('names each password that others would guess, before it makes anything', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(join(temporary.path, 'node'));
    const answers = {
      facility,
      administrator: { ...administrator, password: 'motdepasse' },
      staff: [nurse, { ...nurse, login: 'fanta', password: 'CSCOM-Sangha-1' }],
    };
    await expect(init(directory, answers)).rejects.toMatchObject({
      code: 'SH-I001',
      fields: [{ field: 'administrator.password' }, { field: 'staff.1.password' }],
    });
    expect(existsSync(directory.root)).toBe(false);
  });

  it('lays no key beside the database where staff open it, and gives words that open it when nobody else can', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(join(temporary.path, 'node'));
    const { recoveryWords, unlockers } = await init(directory, { facility, administrator, unlock: 'staff' });
    expect(unlockers).toEqual(['amadou']);
    expect(existsSync(directory.unlockFile)).toBe(false);
    expect(() => ringOpenedByFile(directory)).toThrow(expect.objectContaining({ code: 'SH-T180' }));
    const keys = keysOfRecoveryWords(recoveryWords.join(' '));
    const ring = keys && KeyRing.read(directory.keyRingFile).open(keys);
    if (ring === undefined) throw new Error('the words do not open it');
    (await openNodeDatabase({ directory, ring, clock: systemClock, log })).close();
    const weak = { facility, administrator: { ...administrator, password: 'pirogue7' }, unlock: 'staff' };
    await expect(init(dataDirectory(join(temporary.path, 'weak')), weak)).rejects.toMatchObject({ code: 'SH-I180' });
  });

  it('gives every node a number and keys of its own', async () => {
    await using temporary = await temporaryDirectory();
    const [one, two] = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const directory = dataDirectory(join(temporary.path, name));
        await init(directory, { facility, administrator });
        return { ...new IdentityKeeper(directory).current(), key: ringOpenedByFile(directory).current().keyHex };
      }),
    );
    for (const secret of ['node', 'signSeed', 'sealSeed', 'journalKey', 'key'] as const)
      expect(one?.[secret]).not.toEqual(two?.[secret]);
  });

  it('refuses a directory where a node is, and touches nothing in it', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(temporary.path);
    const { node } = await init(directory, { facility, administrator });
    const files = () => [directory.keyRingFile, directory.unlockFile].map((file) => readFileSync(file, 'utf8'));
    const keys = files();
    await expect(init(directory, { facility, administrator })).rejects.toMatchObject({ code: 'SH-K120' });
    expect(new IdentityKeeper(directory).current().node).toBe(node);
    expect(files()).toEqual(keys);
  });

  it('is done by one of two runs at once, and the other takes nothing from it', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(join(temporary.path, 'node'));
    const runs = await Promise.allSettled([1, 2].map(() => init(directory, { facility, administrator })));
    expect(runs.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const made = runs.flatMap((run) => (run.status === 'fulfilled' ? run.value.node : []));
    expect([new IdentityKeeper(directory).current().node]).toEqual(made);
    const ring = ringOpenedByFile(directory);
    const db = await openNodeDatabase({ directory, ring, clock: systemClock, log });
    expect(db.prepare('select login from account').pluck().all()).toEqual(['amadou']);
    db.close();
  });

  it('never deletes a database whose identity was lost', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(temporary.path);
    await init(directory, { facility, administrator });
    rmSync(directory.identityFile);
    await expect(init(directory, { facility, administrator })).rejects.toMatchObject({ code: 'SH-K120' });
    expect(existsSync(directory.databaseFile)).toBe(true);
  });

  it('clears what an interrupted run left, and starts again', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(temporary.path);
    await init(directory, { facility, administrator });
    rmSync(directory.identityFile);
    writeFileSync(join(directory.root, '.init-unfinished'), '');
    const report = await init(directory, { facility, administrator: { ...administrator, login: 'other' } });
    expect(report.accounts).toEqual([{ login: 'other', role: 'it-officer' }]);
    expect(existsSync(join(directory.root, '.init-unfinished'))).toBe(false);
  });

  it('names every answer that does not do, and makes nothing', async () => {
    await using temporary = await temporaryDirectory();
    const directory = dataDirectory(join(temporary.path, 'node'));
    const answers = { facility: { code: 'Sangha!', name: '' }, administrator: { ...administrator, password: 'short' } };
    await expect(init(directory, answers)).rejects.toMatchObject({
      code: 'SH-I001',
      fields: [{ field: 'facility.code' }, { field: 'facility.name' }, { field: 'administrator.password' }],
    });
    expect(existsSync(directory.root)).toBe(false);
  });
});
