import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { ACCESS_TOKEN_SECONDS, type TokenKey } from './access-token.ts';
import type { StoredTokenKey, TokenKeyStore } from './token-key-store.ts';

/** The facility's keys for access tokens: the newest signs, all verify. Makes the first one when there is none. */
export function loadTokenKeys(store: TokenKeyStore, nowMs: number): readonly [TokenKey, ...TokenKey[]] {
  const [newest, ...older] = store.all().map(({ kid, privateKey }) => tokenKey(kid, privateKeyOf(privateKey)));
  if (newest !== undefined) return [newest, ...older];
  const { privateKey, stored } = newTokenKey();
  store.insert(stored, nowMs);
  return [tokenKey(stored.kid, privateKey)];
}

/**
 * Makes another key, which signs from now on; those before still verify for as long as a token of theirs may live, so that nobody is
 * put out. Interrupted, there is the old one or both.
 */
export function replaceTokenKey(store: TokenKeyStore, nowMs: number): void {
  // Twice as long: the clock may be set meanwhile.
  store.replace(newTokenKey().stored, { nowMs, beforeMs: nowMs - 2 * ACCESS_TOKEN_SECONDS * 1000 });
}

function newTokenKey(): { readonly privateKey: KeyObject; readonly stored: StoredTokenKey } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, stored: { kid: randomUUID(), privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }) } };
}

function privateKeyOf(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function tokenKey(kid: string, privateKey: KeyObject): TokenKey {
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}
