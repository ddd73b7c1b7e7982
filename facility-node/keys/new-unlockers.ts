import { randomBytes } from 'node:crypto';
import { recoveryWords } from '@santehaggui/protocols/crypto/recovery-words.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { PasswordCost } from '@santehaggui/runtime/passwords/password.ts';
import type { NewUnlocker } from '../store/key-ring.ts';
import { keysOfPassword, keysOfRecoveryWords, UNLOCK_COST } from '../store/unlockers.ts';
import { isStrongPassword } from './password-strength.ts';

/** A person's password as an unlocker; undefined when whoever holds the disk would guess it. */
export async function passwordUnlocker(
  { login, password, known }: { readonly login: string; readonly password: string; readonly known: readonly string[] },
  cost: PasswordCost = UNLOCK_COST,
): Promise<NewUnlocker | undefined> {
  if (!(await isStrongPassword(password, [login, ...known]))) return undefined;
  const salt = new Uint8Array(randomBytes(16));
  const { publicKey } = await keysOfPassword(password, salt, cost);
  return { kind: 'password', login, salt: Buffer.from(salt).toString('base64'), cost: { ...cost }, publicKey };
}

/** Fresh recovery words and their unlocker. The words are shown once and kept nowhere. */
export function recoveryUnlocker(): { readonly words: readonly string[]; readonly unlocker: NewUnlocker } {
  const words = recoveryWords(new Uint8Array(randomBytes(16)));
  const { publicKey } = keysOfRecoveryWords(words.join(' ')) as SealKeys;
  return { words, unlocker: { kind: 'recovery', publicKey } };
}
