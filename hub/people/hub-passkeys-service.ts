import { timingSafeEqual } from 'node:crypto';
import type { HubPasskeyLine, HubPasskeyRemoval } from '@santehaggui/protocols/api/hub-people-api.ts';
import type { PasskeyAssertion, PasskeyRegistration } from '@santehaggui/protocols/api/passkeys-api.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { Limiter } from '@santehaggui/runtime/limits/limiter.ts';
import {
  type PageAddress,
  PasskeyCeremonies,
  type PasskeyParty,
} from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { failHubPeople } from '../errors/hub-people-errors.ts';
import { passkeyLineOf } from './hub-passkey-line.ts';
import {
  addPasskey,
  notePasskeyUse,
  passkeysOf,
  passkeyToUse,
  removePasskey,
  renamePasskey,
} from './hub-passkeys-store.ts';
import { type HubSession, type HubUsersService, invitationHash, type PasswordAttempt } from './hub-users-service.ts';
import { findUser, type StoredHubUser, useInvitation, versionToKeep } from './hub-users-store.ts';

const MOST_OF_ONE = 10;
const SIGN_IN = 'sign-in';

/** What the service is made of. */
export type HubPasskeysOptions = {
  readonly database: HubDatabase;
  readonly users: HubUsersService;
  readonly audit: HubAuditTrail;
  readonly clock: Clock;
  /** The hub's name as people open it. */
  readonly party: PasskeyParty;
};

/** Who was invited to make a passkey: a password that is right, and the words that the operator was shown. */
export type Invited = PasswordAttempt & { readonly words: string; readonly address: string };

/** A passkey that was made, and on which page. */
export type MadePasskey = {
  readonly name: string;
  readonly registration: PasskeyRegistration;
  readonly page: PageAddress;
};

/**
 * Passkeys of who reads reports: the first by the operator's invitation and the password, others by one that there is. The ministry
 * comes in by nothing else.
 */
export class HubPasskeysService {
  readonly #options: HubPasskeysOptions;
  readonly #ceremonies: PasskeyCeremonies;
  readonly #limit: Limiter;

  constructor(options: HubPasskeysOptions) {
    this.#options = options;
    this.#ceremonies = new PasskeyCeremonies(options);
    this.#limit = options.database.limiters()({ name: 'passkey-address', points: 60, seconds: 15 * 60 });
  }

  /** What a browser needs to sign in with one. */
  signInOptions(): Promise<Readonly<Record<string, unknown>>> {
    return this.#ceremonies.assertionOptions(SIGN_IN);
  }

  /** Signs in. Throws SH-A006 alike for an unknown passkey and a wrong signature, SH-A005 for an address after too many of those. */
  async signIn(
    assertion: PasskeyAssertion,
    { page, address }: { readonly page: PageAddress; readonly address: string },
  ): Promise<HubSession> {
    const user = await this.#used(assertion, { page, address });
    return this.#options.users.open(user, { address, proof: 'passkey' });
  }

  /** What an invited person's browser needs to make the first. Throws SH-A301, SH-A005; SH-A304 without an open invitation of these words. */
  async invitedOptions(invited: Invited): Promise<Readonly<Record<string, unknown>>> {
    const user = await this.#invited(invited);
    return this.#optionsFor(user.login, purposeOf('invited', user));
  }

  /** Takes it, and uses the invitation up. Throws what {@link invitedOptions} throws, SH-A006, SH-K320. */
  async addInvited(invited: Invited, made: MadePasskey): Promise<HubSession> {
    const user = await this.#invited(invited);
    await this.#add(user, made, { purpose: purposeOf('invited', user), address: invited.address, isInvited: true });
    return this.#options.users.open(user, { address: invited.address, proof: 'passkey made by invitation' });
  }

  /** What the browser of somebody with a passkey needs to make another: the one that there is has just been used. Throws SH-A006, SH-K320. */
  async anotherOptions(
    login: string,
    assertion: PasskeyAssertion,
    from: { readonly page: PageAddress; readonly address: string },
  ): Promise<Readonly<Record<string, unknown>>> {
    const user = await this.#used(assertion, from);
    if (user.login !== login) throw failRuntime('SH-A006');
    return this.#optionsFor(login, purposeOf('another', user));
  }

  /** Takes it. Throws SH-A006, SH-K320. */
  async addAnother(login: string, made: MadePasskey, address: string): Promise<void> {
    const user = await this.#options.database.transaction((sql) => findUser(sql, login), { isReadOnly: true });
    if (user === undefined) throw failRuntime('SH-A006');
    await this.#add(user, made, { purpose: purposeOf('another', user), address, isInvited: false });
  }

  /** The passkeys of a login, the oldest first. */
  async list(login: string): Promise<readonly HubPasskeyLine[]> {
    const passkeys = await this.#options.database.transaction((sql) => passkeysOf(sql, login), { isReadOnly: true });
    return passkeys.map(passkeyLineOf);
  }

  /** Throws SH-N321 for one that is not of this login. */
  async rename(login: string, id: string, name: string): Promise<void> {
    if (!(await this.#options.database.transaction((sql) => renamePasskey(sql, login, id, name))))
      throw failHubPeople('SH-N321');
  }

  /**
   * Takes one away: who asks has just used one, or gives the password again. Throws SH-N321 for one that is not of this login, SH-A006,
   * SH-A301, SH-A005.
   */
  async remove(
    { login, id }: { readonly login: string; readonly id: string },
    again: HubPasskeyRemoval,
    from: { readonly page: PageAddress; readonly address: string },
  ): Promise<void> {
    const { database, users } = this.#options;
    const { login: proven } =
      'passkey' in again
        ? await this.#used(again.passkey, from)
        : await users.withPassword({ login, password: again.password, address: from.address });
    if (proven !== login) throw failRuntime('SH-A006');
    if (!(await database.transaction((sql) => removePasskey(sql, login, id)))) throw failHubPeople('SH-N321');
  }

  async #invited({ words, ...attempt }: Invited): Promise<StoredHubUser> {
    const user = await this.#options.users.withPassword(attempt);
    const { invitation } = user;
    const isOpen =
      invitation !== null &&
      timingSafeEqual(invitationHash(words), invitation.hash) &&
      invitation.until.getTime() > this.#options.clock.now();
    if (!isOpen) throw failHubPeople('SH-A304');
    return user;
  }

  async #optionsFor(login: string, purpose: string): Promise<Readonly<Record<string, unknown>>> {
    const all = await this.#options.database.transaction((sql) => passkeysOf(sql, login), { isReadOnly: true });
    if (all.length >= MOST_OF_ONE) throw failHubPeople('SH-K320');
    return this.#ceremonies.registrationOptions(purpose, { login, known: all });
  }

  async #add(
    { login, role, invitation, version }: StoredHubUser,
    { name, registration, page }: MadePasskey,
    {
      purpose,
      address,
      isInvited,
    }: { readonly purpose: string; readonly address: string; readonly isInvited: boolean },
  ): Promise<void> {
    const made = await this.#ceremonies.registered(purpose, registration, page);
    const { database, clock, audit } = this.#options;
    await database.transaction(async (sql) => {
      // Held until the end: what a reset takes away does not come back with one that was under way, and nobody has eleven.
      if ((await versionToKeep(sql, login)) !== version) throw failRuntime('SH-A006');
      const all = await passkeysOf(sql, login);
      if (all.length >= MOST_OF_ONE) throw failHubPeople('SH-K320');
      if (isInvited && !(invitation !== null && (await useInvitation(sql, login, invitation.hash))))
        throw failHubPeople('SH-A304');
      if (!(await addPasskey(sql, { ...made, login, name, createdAt: new Date(clock.now()) })))
        throw failRuntime('SH-A006');
    });
    const caller = { kind: 'user', login, role, address, requestId: null } as const;
    await audit.append(caller, { action: 'create', recordType: 'passkey', detail: { name, isInvited } });
  }

  async #used(
    assertion: PasskeyAssertion,
    { page, address }: { readonly page: PageAddress; readonly address: string },
  ): Promise<StoredHubUser> {
    await this.#limit.take(address);
    const user = await this.#proven(assertion, page).catch(async (error) => {
      const caller = { kind: 'user', login: '', role: null, address, requestId: null } as const;
      const entry = {
        action: 'sign-in',
        recordType: 'session',
        decision: 'deny',
        detail: { proof: 'passkey' },
      } as const;
      await this.#options.audit.append(caller, entry);
      throw error;
    });
    await this.#limit.giveBack(address);
    return user;
  }

  async #proven(assertion: PasskeyAssertion, page: PageAddress): Promise<StoredHubUser> {
    const { database, clock } = this.#options;
    // Held until its counter is written: of two uses at once with one counter, one is a copy.
    return database.transaction(async (sql) => {
      const passkey = await passkeyToUse(sql, assertion.id);
      if (passkey === undefined) throw failRuntime('SH-A006');
      const { counter } = await this.#ceremonies.asserted(SIGN_IN, assertion, { page, credential: passkey });
      await notePasskeyUse(sql, passkey.id, { counter, at: new Date(clock.now()) });
      const user = await findUser(sql, passkey.login);
      if (user === undefined) throw failRuntime('SH-A006');
      return user;
    });
  }
}

/** A challenge is for an account as it was then: what was begun before a reset is not gone on with. */
function purposeOf(what: 'invited' | 'another', { login, version }: Pick<StoredHubUser, 'login' | 'version'>): string {
  return `${what} ${login} ${version}`;
}
