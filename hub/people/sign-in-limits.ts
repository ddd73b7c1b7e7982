import type { Limiter, LimiterMaker } from '@santehaggui/runtime/limits/limiter.ts';

/** A login and the address that it is tried from. */
export type SignInAttempt = { readonly login: string; readonly address: string };

/**
 * How often a password may be tried at the hub: for a login from one address, from one address for anybody, and for a login from
 * everywhere. What was right does not count; passkeys are not held up by any of them.
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
    await this.#pairs.take(`${login} ${address}`);
    await this.#addresses.take(address);
    await this.#logins.take(login);
  }

  /** The attempt was right. */
  async succeeded({ login, address }: SignInAttempt): Promise<void> {
    await Promise.all([
      this.#pairs.forget(`${login} ${address}`),
      this.#addresses.giveBack(address),
      this.#logins.giveBack(login),
    ]);
  }
}
