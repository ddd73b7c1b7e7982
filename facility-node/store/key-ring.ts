import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import {
  keyedHash,
  openSealed,
  type SealKeys,
  sealKeysFromSeed,
  sealTo,
} from '@santehaggui/protocols/crypto/sodium.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import type { SqliteCipher } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import { z } from 'zod';
import type { DataDirectory } from './data-directory.ts';
import { failKeys } from './key-errors.ts';
import { keysOfFile, type UnlockerKind } from './unlockers.ts';

/** The raw key of a database and the cipher that it is for. */
export type DatabaseKey = { readonly keyHex: string; readonly cipher: SqliteCipher };

/** A database file with what opens it. */
export type DatabaseFile = DatabaseKey & { readonly path: string };

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

const unlocker = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  kind: z.enum(['key-file', 'password', 'passkey', 'recovery', 'hub'] satisfies readonly UnlockerKind[]),
  /** Whose: a login, for passwords and passkeys. */
  login: z.string().optional(),
  publicKey: hex32,
  /** Of a password: how its keys are derived. */
  salt: z.string().optional(),
  cost: z.strictObject({ memoryKiB: z.int(), passes: z.int(), lanes: z.int() }).optional(),
  since: z.iso.datetime(),
});

const ringKey = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  cipher: z.enum(['aegis', 'chacha20']),
  /** What is written while the database is shut is sealed to this. */
  notesKey: hex32,
  since: z.iso.datetime(),
  /** The key, sealed to each unlocker's public key (X25519 sealed box, base64). */
  wraps: z.record(z.string(), z.string()),
});

const ringFile = z.strictObject({
  version: z.literal(1),
  /** One; two while a rotation of the database's key is under way, the older first. */
  keys: z.array(ringKey).min(1).max(2),
  unlockers: z.array(unlocker),
  /** BLAKE2b of all the rest under the first key: who does not have it cannot add himself for the next rotation. */
  seal: hex32,
});

type RingFile = z.infer<typeof ringFile>;
type RingKey = RingFile['keys'][number];

/** Somebody or something that can open the database. */
export type Unlocker = Readonly<z.infer<typeof unlocker>>;

/** A new unlocker: who, and the public key that the database's key is sealed to. */
export type NewUnlocker = Pick<Unlocker, 'kind' | 'login' | 'salt' | 'cost'> & { readonly publicKey: Uint8Array };

/** A data directory's key ring as it lies on the disk, where no key can be read from it. */
export class KeyRing {
  readonly #path: string;
  readonly #content: RingFile;

  private constructor(path: string, content: RingFile) {
    this.#path = path;
    this.#content = content;
  }

  /** Whether there is one. */
  static isThere(path: string): boolean {
    return existsSync(path);
  }

  /** Reads it. Throws SH-C180 when it is missing or is none of ours. */
  static read(path: string): KeyRing {
    try {
      return new KeyRing(path, ringFile.parse(JSON.parse(readFileSync(path, 'utf8'))));
    } catch (cause) {
      throw failKeys('SH-C180', { why: path, cause });
    }
  }

  /** Makes a ring with a fresh random key for these unlockers; on the disk when it returns. */
  static create(
    path: string,
    { cipher, unlockers, nowMs }: { cipher: SqliteCipher; unlockers: readonly NewUnlocker[]; nowMs: number },
  ): OpenKeyRing {
    const key = newKey(cipher, nowMs);
    const named = unlockers.map((one) => withId(one, nowMs));
    const opened = new OpenKeyRing(path, { version: 1, keys: [key.entry], unlockers: named, seal: '' }, [key.secret]);
    opened.write();
    return opened;
  }

  /** Who can open it, without what would help to do so. */
  unlockers(): readonly Unlocker[] {
    return this.#content.unlockers;
  }

  /** Where to seal what is written while the database is shut. */
  notesKey(): Uint8Array {
    return fromHex((this.#content.keys[0] as RingKey).notesKey);
  }

  /** What an unlocker can open, as it lies here; undefined where there is no such unlocker. */
  wrapsFor(kind: UnlockerKind): readonly { readonly keyId: string; readonly sealed: Uint8Array }[] {
    const one = this.#content.unlockers.find((candidate) => candidate.kind === kind);
    if (one === undefined) return [];
    return this.#content.keys.flatMap(({ id, wraps }) => {
      const sealed = wraps[one.id];
      return sealed === undefined ? [] : [{ keyId: id, sealed: new Uint8Array(Buffer.from(sealed, 'base64')) }];
    });
  }

  /** Opens the ring with an unlocker's keys; undefined when they are nobody's here. */
  open(keys: SealKeys): OpenKeyRing | undefined {
    const publicKey = toHex(keys.publicKey);
    const one = this.#content.unlockers.find((candidate) => candidate.publicKey === publicKey);
    if (one === undefined) return undefined;
    return this.openWith(
      this.#content.keys.map(({ wraps }) => {
        const sealed = wraps[one.id];
        return sealed === undefined ? undefined : openSealed(keys, new Uint8Array(Buffer.from(sealed, 'base64')));
      }),
    );
  }

  /** Opens the ring with the keys themselves, in its order; undefined when none is given. */
  openWith(secrets: readonly (Uint8Array | undefined)[]): OpenKeyRing | undefined {
    const opened = this.#content.keys.flatMap((entry, index) => {
      const secret = secrets[index];
      return secret === undefined ? [] : [{ entry, secret }];
    });
    if (opened.length === 0) return undefined;
    return new OpenKeyRing(
      this.#path,
      { ...this.#content, keys: opened.map(({ entry }) => entry) },
      opened.map(({ secret }) => secret),
    );
  }
}

/** A key ring whose keys are known: the database opens, and the ring can change. */
export class OpenKeyRing {
  readonly #path: string;
  #content: RingFile;
  #secrets: readonly Uint8Array[];
  #isGenuine: boolean;

  constructor(path: string, content: RingFile, secrets: readonly Uint8Array[]) {
    this.#path = path;
    this.#content = content;
    this.#secrets = secrets;
    this.#isGenuine = content.seal === '' || content.seal === sealOf(content, secrets);
  }

  /** Whether the file was last written by somebody who had the database's key. */
  get isGenuine(): boolean {
    return this.#isGenuine;
  }

  /** The keys to try on the database: more than one only after a rotation was interrupted. */
  candidates(): readonly DatabaseKey[] {
    return this.#content.keys.map(({ cipher }, index) => ({ cipher, keyHex: toHex(this.#secret(index)) }));
  }

  /** The database's key. */
  current(): DatabaseKey {
    return this.candidates()[0] as DatabaseKey;
  }

  /** Who can open it. */
  unlockers(): readonly Unlocker[] {
    return this.#content.unlockers;
  }

  /** The ring as its file has it. */
  text(): string {
    return fileText(this.#content);
  }

  /** Since when the database has had its present key (ISO 8601). */
  since(): string {
    return (this.#content.keys[0] as RingKey).since;
  }

  /** The keys that open what was sealed while the database, with this key, was shut. */
  notesKeys({ keyHex }: DatabaseKey = this.current()): SealKeys {
    return notesKeysOf(fromHex(keyHex));
  }

  /** Lets another open the database from now on. Throws SH-K180 when somebody else wrote this ring. */
  add(one: NewUnlocker, nowMs: number): Unlocker {
    this.#refuseForged();
    const added = withId(one, nowMs);
    this.#change({ unlockers: [...this.#content.unlockers, added] });
    return added;
  }

  /**
   * Takes unlockers out; those who kept a copy of the ring still open the database as it was until its key is rotated.
   * Throws SH-K182 when nobody would be left, SH-K180 when somebody else wrote this ring.
   */
  remove(isToGo: (one: Unlocker) => boolean): number {
    this.#refuseForged();
    const left = this.#content.unlockers.filter((one) => !isToGo(one));
    if (left.length === 0) throw failKeys('SH-K182');
    const removed = this.#content.unlockers.length - left.length;
    if (removed > 0) this.#change({ unlockers: left });
    return removed;
  }

  /** Makes the next key, sealed to all unlockers, on the disk beside the present one; the database still has the present one. */
  beginRotation(nowMs: number): DatabaseKey {
    this.#refuseForged();
    const [entry] = this.#content.keys as [RingKey];
    const next = newKey(entry.cipher, nowMs);
    this.#change({ keys: [entry, next.entry] }, [this.#secret(0), next.secret]);
    return { cipher: entry.cipher, keyHex: toHex(next.secret) };
  }

  /** Forgets all keys but the one that the database has turned out to have. */
  settle({ keyHex }: DatabaseKey): void {
    if (this.#content.keys.length === 1) return;
    const index = this.#secrets.findIndex((secret) => toHex(secret) === keyHex);
    // The database has it already, whatever the disk takes.
    this.#secrets = [this.#secret(index)];
    this.#content = { ...this.#content, keys: [this.#content.keys[index] as RingKey] };
    this.#change({});
  }

  /** Takes the ring as it stands for genuine: after a person has looked at it. */
  accept(): void {
    this.#change({});
    this.#isGenuine = true;
  }

  /** Writes the ring, every key sealed anew to every unlocker: old or new whatever happens. */
  write(): void {
    this.#change({});
  }

  /** On the disk first: what a full one did not take is not so, and is done when it is asked for again. */
  #change(changed: Partial<RingFile>, secrets = this.#secrets): void {
    const content = { ...this.#content, ...changed };
    const keys = content.keys.map((entry, index) => ({
      ...entry,
      wraps: Object.fromEntries(
        content.unlockers.map(({ id, publicKey }) => [
          id,
          Buffer.from(sealTo(fromHex(publicKey), secrets[index] as Uint8Array)).toString('base64'),
        ]),
      ),
    }));
    const changedTo = { ...content, keys, seal: sealOf({ ...content, keys }, secrets) };
    writeSecretFile(this.#path, fileText(changedTo));
    this.#content = changedTo;
    this.#secrets = secrets;
  }

  #secret(index: number): Uint8Array {
    return this.#secrets[index] as Uint8Array;
  }

  #refuseForged(): void {
    if (!this.#isGenuine) throw failKeys('SH-K180', { why: this.#path });
  }
}

function sealOf({ seal: _, ...rest }: RingFile, [first]: readonly Uint8Array[]): string {
  // Parsed: the fields then stand in one order, whoever put them together.
  const sealed = JSON.stringify(ringFile.omit({ seal: true }).parse(rest));
  return toHex(keyedHash(first as Uint8Array, Buffer.from(`SH ring\0${sealed}`)));
}

function fileText(content: RingFile): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function newKey(cipher: SqliteCipher, nowMs: number): { readonly entry: RingKey; readonly secret: Uint8Array } {
  const secret = new Uint8Array(randomBytes(32));
  const notesKey = toHex(notesKeysOf(secret).publicKey);
  return { secret, entry: { id: newId(), cipher, notesKey, since: new Date(nowMs).toISOString(), wraps: {} } };
}

function notesKeysOf(secret: Uint8Array): SealKeys {
  return sealKeysFromSeed(keyedHash(secret, Buffer.from('SH notes')));
}

function withId({ publicKey, ...rest }: NewUnlocker, nowMs: number): Unlocker {
  return { ...rest, id: newId(), publicKey: toHex(publicKey), since: new Date(nowMs).toISOString() };
}

function newId(): string {
  return toHex(randomBytes(8));
}

/**
 * Opens a data directory's ring with its key file, or with another one; undefined when the file is not there or opens nothing
 * here. Throws SH-C180 when there is no ring.
 */
export function openRingByFile(
  { keyRingFile, unlockFile }: DataDirectory,
  keyFile: string = unlockFile,
): OpenKeyRing | undefined {
  const ring = KeyRing.read(keyRingFile);
  const keys = keysOfFile(keyFile);
  return keys === undefined ? undefined : ring.open(keys);
}

/** The same for what has nobody to ask. Throws SH-T180 when only a person can open the database. */
export function ringOpenedByFile(directory: DataDirectory): OpenKeyRing {
  const ring = openRingByFile(directory);
  if (ring === undefined) throw failKeys('SH-T180', { why: directory.root });
  return ring;
}

/**
 * Makes a ring that a new key file opens, without anybody: for sites that chose so. Both are on the disk when it returns.
 */
export function createRingWithFile(
  { keyRingFile, unlockFile }: DataDirectory,
  { cipher, others = [], nowMs }: { cipher: SqliteCipher; others?: readonly NewUnlocker[]; nowMs: number },
): OpenKeyRing {
  writeSecretFile(unlockFile, `${toHex(randomBytes(32))}\n`);
  const { publicKey } = keysOfFile(unlockFile) as SealKeys;
  return KeyRing.create(keyRingFile, { cipher, nowMs, unlockers: [{ kind: 'key-file', publicKey }, ...others] });
}
