import { createHmac, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import {
  type SealKeys,
  type SignKeys,
  sealKeysFromSeed,
  signKeysFromSeed,
} from '@santehaggui/protocols/crypto/sodium.ts';
import type { HubIdentity } from '@santehaggui/protocols/enrolment/enrolment.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';

const seed = z.string().regex(/^[0-9a-f]{64}$/);

/** `DIR/identity/hub.json`, mode 0600. Whoever has it is the hub. */
const identityFile = z.strictObject({
  signSeed: seed,
  sealSeed: seed,
  journalKey: seed,
  /** Signs people's access tokens. */
  tokenSeed: seed,
  /** The one before, which verifies until the time in milliseconds. */
  formerToken: z.strictObject({ seed, until: z.int() }).optional(),
  /** The passwords of the hub's own database logins are derived from this. */
  databaseSecret: seed,
});

/** The keys of people's access tokens; `former` verifies until its time. */
export type TokenKeys = {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly former: { readonly publicKey: KeyObject; readonly untilMs: number } | undefined;
};

/** The hub's secrets, ready to use. */
export type HubKeys = {
  readonly identity: HubIdentity;
  readonly sign: SignKeys;
  readonly seal: SealKeys;
  readonly journalKey: Uint8Array;
  readonly token: TokenKeys;
  /** The password of a database login. */
  readonly databasePassword: (login: string) => string;
};

/**
 * Reads the hub's identity, making it at the first start. Call after `sodiumReady()`. Throws SH-C301 for a file that cannot
 * be read: a new identity in its place would cut every node off.
 */
export function openHubIdentity(path: string, randomBytes: (count: number) => Uint8Array): HubKeys {
  const content = readIdentity(path) ?? makeIdentity(path, randomBytes);
  const sign = signKeysFromSeed(fromHex(content.signSeed));
  const seal = sealKeysFromSeed(fromHex(content.sealSeed));
  return {
    identity: { signKey: toHex(sign.publicKey), sealKey: toHex(seal.publicKey) },
    sign,
    seal,
    journalKey: fromHex(content.journalKey),
    token: tokenKeysOf(content),
    databasePassword: (login) => createHmac('sha256', fromHex(content.databaseSecret)).update(login).digest('hex'),
  };
}

/**
 * Gives access tokens another key, in the hub's identity file: old or new whatever happens. The one before verifies until `untilMs`,
 * or from now on not at all.
 */
export function replaceTokenKey(
  path: string,
  {
    randomBytes,
    untilMs,
  }: { readonly randomBytes: (count: number) => Uint8Array; readonly untilMs: number | undefined },
): TokenKeys {
  const content = readIdentity(path);
  if (content === undefined) throw failHub('SH-C301', { why: path });
  const { formerToken: _, tokenSeed, ...rest } = content;
  const next: IdentityContent = {
    ...{ ...rest, tokenSeed: toHex(randomBytes(32)) },
    ...(untilMs === undefined ? {} : { formerToken: { seed: tokenSeed, until: untilMs } }),
  };
  writeSecretFile(path, `${JSON.stringify(next, null, 2)}\n`);
  return tokenKeysOf(next);
}

type IdentityContent = z.infer<typeof identityFile>;

function readIdentity(path: string): IdentityContent | undefined {
  try {
    return identityFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failHub('SH-C301', { why: path, cause });
  }
}

function makeIdentity(path: string, randomBytes: (count: number) => Uint8Array): IdentityContent {
  const secret = (): string => toHex(randomBytes(32));
  const content = {
    signSeed: secret(),
    sealSeed: secret(),
    journalKey: secret(),
    tokenSeed: secret(),
    databaseSecret: secret(),
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeSecretFile(path, `${JSON.stringify(content, null, 2)}\n`);
  return content;
}

// PKCS #8 of an Ed25519 private key is this header and the seed (RFC 8410 §7).
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

function tokenKeysOf({ tokenSeed, formerToken }: IdentityContent): TokenKeys {
  const privateKey = privateKeyOf(tokenSeed);
  const former =
    formerToken === undefined
      ? undefined
      : { publicKey: createPublicKey(privateKeyOf(formerToken.seed)), untilMs: formerToken.until };
  return { privateKey, publicKey: createPublicKey(privateKey), former };
}

function privateKeyOf(tokenSeed: string): KeyObject {
  const key = Buffer.concat([PKCS8_HEADER, fromHex(tokenSeed)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}
