import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { TokenKey } from './access-token.ts';
import type { TokenKeyStore } from './token-key-store.ts';

/** The facility's keys for access tokens: the newest signs, all verify. Makes the first one when there is none. */
export function loadTokenKeys(store: TokenKeyStore, nowMs: number): readonly [TokenKey, ...TokenKey[]] {
  const [newest, ...older] = store.all().map(({ kid, privateKey }) => tokenKey(kid, privateKeyOf(privateKey)));
  if (newest !== undefined) return [newest, ...older];
  const { privateKey } = generateKeyPairSync('ed25519');
  const kid = randomUUID();
  store.insert({ kid, privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }) }, nowMs);
  return [tokenKey(kid, privateKey)];
}

function privateKeyOf(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function tokenKey(kid: string, privateKey: KeyObject): TokenKey {
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}
