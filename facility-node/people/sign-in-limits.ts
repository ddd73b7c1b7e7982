import { memoryLimiters } from '@santehaggui/runtime/limits/limiter.ts';
import { SlowingLimiter } from '@santehaggui/runtime/limits/slowing-limiter.ts';

/** From where somebody signs in: a device or browser that is known or the machine itself, or else an address, which many may share. */
export type SignInSource = { readonly isKnown: boolean; readonly key: string };

/** Whoever signs in over the admin socket: nobody from outside is there to hold up. */
export const AT_MACHINE: SignInSource = { isKnown: true, key: 'admin socket' };

/**
 * How often a password may be tried. From one source each login has three attempts, then waits longer and longer
 * ({@link SlowingLimiter}). Sources that are not known share two more limits: of the address, against who tries one password on
 * everybody, and of the login, against who comes from many addresses. Who signed in before on this browser, or works on an enrolled
 * device, is held up by neither: whatever others do at the same address, a right password passes there. What was right does not count.
 * Unknown logins are counted like known ones, so that no limit tells which exist.
 */
export class SignInLimits {
  readonly #sources = new SlowingLimiter('sign-in');
  readonly #addresses = memoryLimiters({ name: 'sign-in-address', points: 60, seconds: 15 * 60 });
  readonly #logins = memoryLimiters({ name: 'sign-in-login', points: 100, seconds: 24 * 3600 });

  readonly #passkeys = memoryLimiters({ name: 'passkey-address', points: 60, seconds: 15 * 60 });

  /** Counts an attempt before it is made. Throws SH-A005. */
  async begin(login: string, { isKnown, key }: SignInSource): Promise<void> {
    // First, and counting nothing yet: who invents logins has each remembered no longer than the address has attempts.
    if (!isKnown) await this.#addresses.check(key);
    await this.#sources.take(`${login} ${key}`);
    if (isKnown) return;
    await this.#addresses.take(key);
    await this.#logins.take(login);
  }

  /** The attempt was right. */
  async succeeded(login: string, { isKnown, key }: SignInSource): Promise<void> {
    await this.#sources.forget(`${login} ${key}`);
    if (isKnown) return;
    await this.#addresses.giveBack(key);
    await this.#logins.giveBack(login);
  }

  /** The same for a passkey, which nobody guesses: it is held up by nothing but other wrong passkeys from its address. */
  async beginPasskey(address: string): Promise<void> {
    await this.#passkeys.take(address);
  }

  async passkeySucceeded(address: string): Promise<void> {
    await this.#passkeys.giveBack(address);
  }
}
