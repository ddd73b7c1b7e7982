import type { Limiter, LimiterMaker } from '@santehaggui/runtime/limits/limiter.ts';

/** A login and the address that it is tried from; null for the machine itself. */
export type SignInAttempt = { readonly login: string; readonly address: string | null };

/**
 * How often a password may be tried at the hub: for a login from one address, from one address for anybody, and for a login from
 * everywhere; at the machine itself the first alone, so that nobody from outside holds up who is there. What was right does not count;
 * passkeys are not held up by any of them.
 */
export class SignInLimits {
  readonly #pairs: Limiter;
  readonly #addresses: Limiter;
  readonly #logins: Limiter;

  constructor(make: LimiterMaker) {
    this.#pairs = make({ name: 'sign-in', points: 8, seconds: 15 * 60 });
    this.#addresses = make({ name: 'sign-in-address', points: 60, seconds: 15 * 60 });
    this.#logins = make({ name: 'sign-in-login', points: 100, seconds: 3600 });
  }

  /** Counts an attempt before it is made. Throws SH-A005. */
  async begin({ login, address }: SignInAttempt): Promise<void> {
    // First, and counting nothing yet: who invents logins has no more of them kept than the address has attempts.
    if (address !== null) await this.#addresses.check(address);
    await this.#pairs.take(pairOf({ login, address }));
    if (address === null) return;
    await this.#addresses.take(address);
    await this.#logins.take(login);
  }

  /** The attempt was right. */
  async succeeded({ login, address }: SignInAttempt): Promise<void> {
    await this.#pairs.forget(pairOf({ login, address }));
    if (address !== null) await Promise.all([this.#addresses.giveBack(address), this.#logins.giveBack(login)]);
  }
}

function pairOf({ login, address }: SignInAttempt): string {
  return `${login} ${address ?? 'admin socket'}`;
}
