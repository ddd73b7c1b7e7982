import { randomBytes } from 'node:crypto';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { SlowingLimiter } from '@santehaggui/runtime/limits/slowing-limiter.ts';
import { failKeys } from '../store/key-errors.ts';
import { KeyRing, type OpenKeyRing } from '../store/key-ring.ts';
import {
  keysOfPasskey,
  keysOfPassword,
  keysOfRecoveryWords,
  UNLOCK_COST,
  type UnlockerKind,
  wrongWords,
} from '../store/unlockers.ts';

/** An attempt to open the database. */
export type UnlockAttempt =
  | { readonly kind: 'password'; readonly login: string; readonly password: string }
  | { readonly kind: 'recovery'; readonly words: string }
  /** The 32 bytes that a passkey makes (its PRF output): who has them has the device and proved to be its owner. */
  | { readonly kind: 'passkey'; readonly secret: Uint8Array };

/** Who opened the database, for the audit. */
export type OpenedBy = { readonly kind: UnlockerKind; readonly login?: string };

/** The opened ring and who did it. */
export type Unlocked = { readonly ring: OpenKeyRing; readonly by: OpenedBy };

/**
 * Opens a locked database for who can. One attempt is computed at a time (each takes 64 MB), and an address that was wrong too
 * often waits longer and longer.
 */
export class UnlockService {
  readonly #ringFile: string;
  readonly #attempts = new SlowingLimiter('unlock');
  #running: Promise<unknown> = Promise.resolve();

  constructor({ ringFile }: { readonly ringFile: string }) {
    this.#ringFile = ringFile;
  }

  /** Tries. Throws SH-A180 alike for an unknown login, a wrong password and a passkey that opens nothing, SH-A005 while this address waits. */
  async unlock(attempt: UnlockAttempt, address: string | null): Promise<Unlocked> {
    const from = address ?? 'local';
    await this.#attempts.take(from);
    const turn = this.#running.then(() => this.#tried(attempt));
    this.#running = turn.catch(() => undefined);
    const unlocked = await turn;
    if (unlocked === undefined) throw wrong(attempt);
    await this.#attempts.forget(from);
    return unlocked;
  }

  async #tried(attempt: UnlockAttempt): Promise<Unlocked | undefined> {
    const ring = KeyRing.read(this.#ringFile);
    if (attempt.kind === 'recovery') {
      const keys = keysOfRecoveryWords(attempt.words);
      const opened = keys === undefined ? undefined : ring.open(keys);
      return opened === undefined ? undefined : { ring: opened, by: { kind: 'recovery' } };
    }
    if (attempt.kind === 'passkey') {
      const keys = keysOfPasskey(attempt.secret);
      const owner = ring.unlockers().find(({ publicKey }) => publicKey === toHex(keys.publicKey));
      const opened = ring.open(keys);
      if (opened === undefined) return undefined;
      return { ring: opened, by: { kind: 'passkey', ...(owner?.login === undefined ? {} : { login: owner.login }) } };
    }
    const login = attempt.login.trim().toLowerCase();
    const opened = ring.open(await passwordKeys(ring, login, attempt.password));
    return opened === undefined ? undefined : { ring: opened, by: { kind: 'password', login } };
  }
}

/** Nothing is told of who has which password; of words, which were misread. */
function wrong(attempt: UnlockAttempt): HagguiError {
  const why = attempt.kind === 'recovery' ? wrongWords(attempt.words) : undefined;
  return failKeys('SH-A180', why === undefined ? {} : { why });
}

/** The keys of a password under its owner's salt; for a login that opens nothing, keys of nobody after the same work. */
function passwordKeys(ring: KeyRing, login: string, password: string): Promise<SealKeys> {
  const own = ring.unlockers().find((one) => one.kind === 'password' && one.login === login);
  const salt = own?.salt === undefined ? randomBytes(16) : Buffer.from(own.salt, 'base64');
  return keysOfPassword(password, new Uint8Array(salt), own?.cost ?? UNLOCK_COST);
}
