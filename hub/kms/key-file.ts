import { mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';
import { openBytes, type SealedPlace, sealBytes } from './envelope.ts';
import type { Kms, KmsVersion, WrappedKey } from './kms.ts';

/** Where the key file is, and what seals it. */
export type KeyFileOptions = {
  /** The key file. */
  readonly path: string;
  /** The operator's seal key (64 hexadecimal digits), kept elsewhere than on this disk. */
  readonly sealKey: string | undefined;
  /** Where the hub keeps a seal key of its own when the operator gives none. */
  readonly ownSealKeyPath: string;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
};

const SEAL_KEY = /^[0-9a-f]{64}$/;

const keyFileContent = z.strictObject({
  format: z.literal(1),
  /** Tells which seal key it is, and nothing about it. */
  sealedBy: z.string().regex(/^[0-9a-f]{16}$/),
  versions: z
    .array(z.strictObject({ version: z.int().positive(), createdAt: z.iso.datetime(), sealed: z.base64() }))
    .min(1),
});

type Content = z.infer<typeof keyFileContent>;
type Version = KmsVersion & { readonly key: Uint8Array };

/**
 * The KMS of a hub without a vault: `DIR/keys/kms.json`, mode 0600, whose versions are sealed under a key that is not in it.
 * It is replaced as a whole, so a power cut leaves the old or the new one.
 */
export class KeyFile implements Kms {
  readonly kind = 'file';
  readonly #options: KeyFileOptions;
  readonly #sealKey: Uint8Array;
  #versions: readonly Version[];

  private constructor(options: KeyFileOptions, sealKey: Uint8Array, versions: readonly Version[]) {
    this.#options = options;
    this.#sealKey = sealKey;
    this.#versions = versions;
  }

  /**
   * Opens the key file, or makes one at the first start. When the operator has begun to give a seal key, the file is sealed
   * under that, and the hub's own is removed. Throws SH-C310 when it cannot be read or was sealed under another key.
   */
  static open(options: KeyFileOptions): KeyFile {
    const { path, sealKey, ownSealKeyPath } = options;
    if (sealKey !== undefined && !SEAL_KEY.test(sealKey)) throw failHub('SH-C311');
    const given = sealKey === undefined ? undefined : fromHex(sealKey);
    const content = readContent(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (content === undefined) {
      const made = new KeyFile(options, given ?? ownKey(options), []);
      made.#add();
      return made;
    }
    const own = readOwnKey(ownSealKeyPath);
    const sealed = [given, own].find((key) => key !== undefined && nameOf(key) === content.sealedBy);
    if (sealed === undefined) throw failHub('SH-C310', { why: path });
    const opened = new KeyFile(options, given ?? sealed, openVersions(content, sealed, path));
    if (given !== undefined && own !== undefined) {
      // First the file, then the old key: in between both open nothing less than before.
      if (sealed !== given) opened.#write(opened.#versions);
      unlinkSync(ownSealKeyPath);
    }
    return opened;
  }

  async wrap(key: Uint8Array, context: string): Promise<WrappedKey> {
    const { version, key: newest } = this.#newest();
    const nonce = this.#options.randomBytes(12);
    const sealed = sealBytes(newest, key, { nonce, place: contextPlace(version, context) });
    return { wrapped: `file:v${version}:${Buffer.from(sealed).toString('base64')}`, version };
  }

  async unwrap(wrapped: string, context: string): Promise<Uint8Array> {
    const [, number, text] = /^file:v(\d+):([\w+/=]+)$/.exec(wrapped) ?? [];
    const version = this.#versions.find((one) => one.version === Number(number));
    const opened =
      version === undefined || text === undefined
        ? undefined
        : openBytes(version.key, Buffer.from(text, 'base64'), contextPlace(version.version, context));
    if (opened === undefined) throw failHub('SH-C312', { why: context });
    return opened;
  }

  async rewrap(
    keys: readonly { readonly wrapped: string; readonly context: string }[],
  ): Promise<readonly WrappedKey[]> {
    const rewrapped: WrappedKey[] = [];
    for (const { wrapped, context } of keys)
      rewrapped.push(await this.wrap(await this.unwrap(wrapped, context), context));
    return rewrapped;
  }

  async versions(): Promise<readonly KmsVersion[]> {
    return this.#versions.map(({ version, createdAtMs }) => ({ version, createdAtMs }));
  }

  async rotate(): Promise<number> {
    return this.#add();
  }

  async forgetBefore(version: number): Promise<void> {
    const kept = this.#versions.filter((one) => one.version >= version);
    if (kept.length === 0) throw new RangeError(`there is no version ${version}`);
    if (kept.length < this.#versions.length) this.#write(kept);
  }

  async keepAlive(): Promise<void> {}

  #newest(): Version {
    return this.#versions.at(-1) as Version;
  }

  #add(): number {
    const { randomBytes, clock } = this.#options;
    const version = (this.#versions.at(-1)?.version ?? 0) + 1;
    this.#write([...this.#versions, { version, createdAtMs: clock.now(), key: randomBytes(32) }]);
    return version;
  }

  #write(versions: readonly Version[]): void {
    const { path, randomBytes } = this.#options;
    const content: Content = {
      format: 1,
      sealedBy: nameOf(this.#sealKey),
      versions: versions.map(({ version, createdAtMs, key }) => {
        const createdAt = new Date(createdAtMs).toISOString();
        const sealed = sealBytes(this.#sealKey, key, {
          nonce: randomBytes(12),
          place: versionPlace(version, createdAt),
        });
        return { version, createdAt, sealed: Buffer.from(sealed).toString('base64') };
      }),
    };
    writeSecretFile(path, `${JSON.stringify(content, null, 2)}\n`);
    this.#versions = versions;
  }
}

function contextPlace(version: number, context: string): SealedPlace {
  return { label: 'SH1-kms-wrap', parts: [String(version), context] };
}

function versionPlace(version: number, createdAt: string): SealedPlace {
  return { label: 'SH1-kms-version', parts: [String(version), createdAt] };
}

function nameOf(sealKey: Uint8Array): string {
  return toHex(sha256('SH1-kms-seal', sealKey)).slice(0, 16);
}

function readContent(path: string): Content | undefined {
  try {
    return keyFileContent.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failHub('SH-C310', { why: path, cause });
  }
}

function openVersions({ versions }: Content, sealKey: Uint8Array, path: string): readonly Version[] {
  return versions.map(({ version, createdAt, sealed }) => {
    const key = openBytes(sealKey, Buffer.from(sealed, 'base64'), versionPlace(version, createdAt));
    if (key === undefined) throw failHub('SH-C310', { why: path });
    return { version, createdAtMs: Date.parse(createdAt), key };
  });
}

function readOwnKey(path: string): Uint8Array | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (!SEAL_KEY.test(text)) throw failHub('SH-C310', { why: path });
    return fromHex(text);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

function ownKey({ ownSealKeyPath, randomBytes }: KeyFileOptions): Uint8Array {
  const there = readOwnKey(ownSealKeyPath);
  if (there !== undefined) return there;
  const key = randomBytes(32);
  mkdirSync(dirname(ownSealKeyPath), { recursive: true, mode: 0o700 });
  writeSecretFile(ownSealKeyPath, `${toHex(key)}\n`);
  return key;
}
