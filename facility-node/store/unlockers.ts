import { readFileSync } from 'node:fs';
import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import { recoveryEntropy, recoveryWordsFault } from '@santehaggui/protocols/crypto/recovery-words.ts';
import { type SealKeys, sealKeysFromSeed } from '@santehaggui/protocols/crypto/sodium.ts';
import type { Bilingual } from '@santehaggui/runtime/errors/bilingual.ts';
import { type PasswordCost, passwordKey } from '@santehaggui/runtime/passwords/password.ts';

/**
 * What can open a database: a file that a machine reads by itself, a person's strong password or passkey, the printed
 * recovery words, the hub. A short PIN never does: who holds the disk tries all of them.
 */
export type UnlockerKind = 'key-file' | 'password' | 'passkey' | 'recovery' | 'hub';

/** Argon2id (RFC 9106, its second recommended setting): whoever stole the disk can try as often as the machine allows. */
export const UNLOCK_COST = { memoryKiB: 65_536, passes: 3, lanes: 1 } as const satisfies PasswordCost;

/** The keys of a key file: any file of 32 bytes or more that nobody can guess. Undefined when it is not there or shorter. */
export function keysOfFile(path: string): SealKeys | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  return bytes.length < 32 ? undefined : sealKeysFromSeed(labelled('key-file', bytes));
}

/** The keys of a password under its salt; computed outside the main thread. */
export async function keysOfPassword(password: string, salt: Uint8Array, cost: PasswordCost): Promise<SealKeys> {
  return sealKeysFromSeed(await passwordKey(password, { salt, cost, bytes: 32 }));
}

/** The keys of the printed recovery words; undefined when they are not such words. */
export function keysOfRecoveryWords(words: string): SealKeys | undefined {
  const entropy = recoveryEntropy(words);
  return entropy === undefined ? undefined : sealKeysFromSeed(labelled('recovery', entropy));
}

/** What to say of recovery words that open nothing, which is which of them to read again; undefined where they are such words. */
export function wrongWords(words: string): Bilingual | undefined {
  const fault = recoveryWordsFault(words);
  if (fault === undefined) return undefined;
  const { count, unknown } = fault;
  if (count !== 12)
    return { fr: `il faut douze mots, en voilà ${count}`, en: `twelve words are needed, these are ${count}` };
  if (unknown.length > 0) {
    const places = unknown.join(', ');
    return { fr: `mal recopié, mot n° ${places}`, en: `copied wrongly, word no. ${places}` };
  }
  return {
    fr: 'un mot a été pris pour un autre, ou ils ne sont pas dans l’ordre de leurs numéros',
    en: 'a word was taken for another, or they are not in the order of their numbers',
  };
}

/** The keys of a passkey's PRF output (WebAuthn level 3, §10.1.4): 32 bytes. */
export function keysOfPasskey(prf: Uint8Array): SealKeys {
  return sealKeysFromSeed(labelled('passkey', prf));
}

function labelled(kind: UnlockerKind, secret: Uint8Array): Uint8Array {
  return sha256(`SH unlock ${kind}\0`, secret);
}
