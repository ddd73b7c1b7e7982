import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SealKeys, sealKeysFromSeed, sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.ts';
import { keysOfFile, keysOfPassword } from './unlockers.ts';

const NOW = Date.UTC(2026, 10, 26);
const cheap = { memoryKiB: 64, passes: 1, lanes: 1 };
let awa: SealKeys;
let issa: SealKeys;

type Entry = { readonly id: string; readonly publicKey: string; readonly login?: string };

const ringIn = (folder: string) => {
  const path = join(folder, 'ring.json');
  const unlockers = [{ kind: 'password', login: 'awa', publicKey: awa.publicKey } as const];
  return { path, made: KeyRing.create(path, { cipher: 'aegis', unlockers, nowMs: NOW }) };
};

const edited = (path: string, change: (ring: { unlockers: Entry[] }) => void): void => {
  const ring = JSON.parse(readFileSync(path, 'utf8'));
  change(ring);
  writeFileSync(path, JSON.stringify(ring));
};

describe('KeyRing', () => {
  beforeAll(async () => {
    await sodiumReady();
    awa = sealKeysFromSeed(new Uint8Array(32).fill(1));
    issa = sealKeysFromSeed(new Uint8Array(32).fill(2));
  });

  it('is opened by those it was made for and by nobody else', async () => {
    await using folder = await temporaryDirectory();
    const { path, made } = ringIn(folder.path);
    expect(KeyRing.read(path).open(awa)?.current()).toEqual(made.current());
    expect(KeyRing.read(path).open(awa)?.isGenuine).toBe(true);
    expect(KeyRing.read(path).open(issa)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).not.toContain(made.current().keyHex);
  });

  it('lets another in and takes one out, but never the last', async () => {
    await using folder = await temporaryDirectory();
    const { path, made } = ringIn(folder.path);
    made.add({ kind: 'recovery', publicKey: issa.publicKey }, NOW);
    expect(KeyRing.read(path).open(issa)?.current()).toEqual(made.current());
    expect(made.remove(({ login }) => login === 'awa')).toBe(1);
    expect(KeyRing.read(path).open(awa)).toBeUndefined();
    expect(() => made.remove(() => true)).toThrow(expect.objectContaining({ code: 'SH-K182' }));
    expect(KeyRing.read(path).open(issa)?.isGenuine).toBe(true);
  });

  it('holds both keys while a rotation is under way, and one after it, for everybody', async () => {
    await using folder = await temporaryDirectory();
    const { path, made } = ringIn(folder.path);
    made.add({ kind: 'recovery', publicKey: issa.publicKey }, NOW);
    const old = made.current();
    const next = made.beginRotation(NOW + 1000);
    const interrupted = KeyRing.read(path).open(issa);
    expect(interrupted?.candidates()).toEqual([old, next]);
    expect(interrupted?.isGenuine).toBe(true);
    interrupted?.settle(next);
    const after = KeyRing.read(path).open(awa);
    expect(after?.candidates()).toEqual([next]);
    expect(after?.isGenuine).toBe(true);
    expect(after?.notesKeys().publicKey).toEqual(KeyRing.read(path).notesKey());
  });

  it('knows nobody in or out of it but whom its file knows, where the disk takes nothing', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'keys', 'ring.json');
    mkdirSync(join(folder.path, 'keys'));
    const unlockers = [awa, issa].map(({ publicKey }) => ({ kind: 'passkey', publicKey }) as const);
    const made = KeyRing.create(path, { cipher: 'aegis', unlockers, nowMs: NOW });
    const [known] = made.unlockers();
    renameSync(join(folder.path, 'keys'), join(folder.path, 'away'));
    expect(() => made.remove(({ id }) => id === known?.id)).toThrow('ENOENT');
    expect(() => made.add({ kind: 'recovery', publicKey: new Uint8Array(32).fill(7) }, NOW)).toThrow('ENOENT');
    expect(() => made.beginRotation(NOW)).toThrow('ENOENT');
    renameSync(join(folder.path, 'away'), join(folder.path, 'keys'));
    expect(made.unlockers()).toEqual(KeyRing.read(path).unlockers());
    expect(made.candidates()).toHaveLength(1);
    expect(made.remove(({ id }) => id === known?.id)).toBe(1);
    expect(KeyRing.read(path).open(awa)).toBeUndefined();
    expect(KeyRing.read(path).open(issa)?.candidates()).toEqual(made.candidates());
  });

  it('notices who added himself to the file, and changes nothing more until a person accepts it', async () => {
    await using folder = await temporaryDirectory();
    const { path } = ringIn(folder.path);
    edited(path, ({ unlockers }) => {
      unlockers.push({
        ...(unlockers[0] as Entry),
        id: '0123456789abcdef',
        login: 'thief',
        publicKey: 'ab'.repeat(32),
      });
    });
    const ring = KeyRing.read(path).open(awa);
    expect(ring?.isGenuine).toBe(false);
    expect(() => ring?.beginRotation(NOW)).toThrow(expect.objectContaining({ code: 'SH-K180' }));
    expect(() => ring?.add({ kind: 'hub', publicKey: issa.publicKey }, NOW)).toThrow(
      expect.objectContaining({ code: 'SH-K180' }),
    );
    ring?.accept();
    expect(ring?.isGenuine).toBe(true);
    expect(KeyRing.read(path).open(awa)?.isGenuine).toBe(true);
  });

  it('refuses a file that is none', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'ring.json');
    expect(() => KeyRing.read(path)).toThrow(expect.objectContaining({ code: 'SH-C180' }));
    writeFileSync(path, '{"version":1}');
    expect(() => KeyRing.read(path)).toThrow(expect.objectContaining({ code: 'SH-C180' }));
  });
});

describe('what opens', () => {
  it('a password gives the same keys under the same salt, typed in either normal form', async () => {
    await sodiumReady();
    const salt = new Uint8Array(16).fill(7);
    const keys = await keysOfPassword('été à Sangha', salt, cheap);
    expect(await keysOfPassword('été à Sangha'.normalize('NFD'), salt, cheap)).toEqual(keys);
    expect(await keysOfPassword('été à Sangha', new Uint8Array(16), cheap)).not.toEqual(keys);
    await expect(keysOfPassword('x', new Uint8Array(4), cheap)).rejects.toThrow(RangeError);
  });

  it('a key file has 32 bytes or more', async () => {
    await sodiumReady();
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'key');
    expect(keysOfFile(path)).toBeUndefined();
    writeFileSync(path, 'short');
    expect(keysOfFile(path)).toBeUndefined();
    writeFileSync(path, 'x'.repeat(64));
    expect(keysOfFile(path)?.publicKey).toHaveLength(32);
  });
});
