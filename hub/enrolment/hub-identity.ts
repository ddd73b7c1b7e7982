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
  /** The passwords of the hub's own database logins are derived from this. */
  databaseSecret: seed,
});

/** The hub's secrets, ready to use. */
export type HubKeys = {
  readonly identity: HubIdentity;
  readonly sign: SignKeys;
  readonly seal: SealKeys;
  readonly journalKey: Uint8Array;
  readonly token: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
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
    token: tokenKeys(fromHex(content.tokenSeed)),
    databasePassword: (login) => createHmac('sha256', fromHex(content.databaseSecret)).update(login).digest('hex'),
  };
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

function tokenKeys(tokenSeed: Uint8Array): HubKeys['token'] {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, tokenSeed]), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
