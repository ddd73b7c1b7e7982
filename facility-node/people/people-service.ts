import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import {
  hashPassword,
  type PasswordCost,
  SMALL_MACHINE_COST,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import type { RecordStore } from '../store/record-store.ts';
import { type Account, AccountStore } from './account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { OwnFacility } from './own-facility.ts';
import { failPeople } from './people-errors.ts';
import { SessionStore } from './session-store.ts';

/** What is tried first on such systems, as far as it is long enough to be a password here. */
const TRIED_FIRST = [
  'password',
  '12345678',
  '123456789',
  'azertyui',
  'motdepasse',
  'santehaggui',
  'admin123',
  'district',
];

/** A new member of staff with an account; `system` is no role of a person. */
export const accountRequest = z
  .strictObject({
    login: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z][a-z0-9._-]{1,59}$/, 'une lettre, puis 1 à 59 lettres sans accent, chiffres, points, - ou _'),
    password: z.string().min(8, 'au moins 8 caractères').max(200, 'au plus 200 caractères'),
    role: z.enum(ROLES).exclude(['system']),
    familyName: z.string().trim().min(1, 'ne peut pas être vide').max(120),
    givenName: z.string().trim().min(1, 'ne peut pas être vide').max(120).optional(),
    phone: z.string().trim().min(3, 'numéro trop court').max(30).optional(),
  })
  .refine(({ login, password }) => password.toLowerCase() !== login, {
    path: ['password'],
    error: 'le mot de passe ne peut pas être l’identifiant',
  });

/** See {@link accountRequest}. */
export type AccountRequest = z.input<typeof accountRequest>;

/** An account that was made. */
export type NewAccount = { readonly login: string; readonly role: Role; readonly practitionerId: string };

/** What the service is made of; `passwordCost` defaults to {@link SMALL_MACHINE_COST}. */
export type PeopleOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: OwnFacility;
  readonly passwordCost?: PasswordCost;
};

/** The facility's staff: their accounts here, and the Practitioner records that travel. */
export class PeopleService {
  readonly #store: RecordStore;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #facility: OwnFacility;
  readonly #passwordCost: PasswordCost;
  readonly #accounts: AccountStore;
  readonly #sessions: SessionStore;

  constructor({ store, audit, clock, facility, passwordCost = SMALL_MACHINE_COST }: PeopleOptions) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#facility = facility;
    this.#passwordCost = passwordCost;
    this.#accounts = new AccountStore(store.db);
    this.#sessions = new SessionStore(store.db);
  }

  /**
   * Makes a Practitioner record and the account that signs in as it, in one transaction. Throws SH-I001 naming the fields
   * that do not do, SH-K150 when the login is taken.
   */
  async createAccount(request: AccountRequest): Promise<NewAccount> {
    const { login, password, role, familyName, givenName, phone } = validate(accountRequest, request);
    this.#refuseTaken(login);
    const passwordHash = await hashPassword(password, this.#passwordCost);
    const facility = this.#facility.recordId();
    const practitionerId = this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#refuseTaken(login);
      const id = tx.create(practitioner, {
        familyName: familyName.normalize('NFC'),
        ...(givenName === undefined ? {} : { givenName: givenName.normalize('NFC') }),
        role,
        ...(phone === undefined ? {} : { phone: parseMaliPhone(phone) ?? phone }),
        ...(facility === null ? {} : { facility }),
        active: true,
      });
      this.#accounts.insert({ login, passwordHash, role, practitionerId: id }, this.#clock.now());
      this.#audit.append(
        { kind: 'daemon' },
        { action: 'create', recordType: 'practitioner', recordId: id, purpose: 'HOPERAT', detail: { login, role } },
      );
      return id;
    });
    return { login, role, practitionerId };
  }

  /** Shuts an account: its sessions end at once and nobody signs in with it again. Throws SH-N150. */
  disableAccount(login: string): void {
    const account = this.#account(login);
    const nowMs = this.#clock.now();
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#accounts.disable(account.id, nowMs);
      this.#sessions.revokeAllOf(account.id, 'account-disabled', nowMs);
      tx.patch(account.practitionerId, { active: false });
      this.#noteUpdate(account, { disabled: true });
    });
  }

  /** Gives an account another role; tokens made for the old one are refused from the next request on. Throws SH-N150. */
  changeRole(login: string, role: Role): void {
    const account = this.#account(login);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#accounts.setRole(account.id, role);
      tx.patch(account.practitionerId, { role });
      this.#noteUpdate(account, { role });
    });
  }

  /** Logins of accounts whose password is one that everybody tries first; takes a second for each hundred guesses. */
  async loginsWithKnownPasswords(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { login, passwordHash } of this.#accounts.allEnabled()) {
      for (const guess of [...TRIED_FIRST, login.padEnd(8, '1')]) {
        if (!(await verifyPassword(guess, passwordHash))) continue;
        found.push(login);
        break;
      }
    }
    return found;
  }

  /** How many accounts can sign in and how many sessions are open. */
  counts(): { readonly accounts: number; readonly sessions: number } {
    return { accounts: this.#accounts.countEnabled(), sessions: this.#sessions.countLive(this.#clock.now()) };
  }

  #noteUpdate(account: Account, detail: Readonly<Record<string, unknown>>): void {
    this.#audit.append(
      { kind: 'daemon' },
      { action: 'update', recordType: 'practitioner', recordId: account.practitionerId, purpose: 'HOPERAT', detail },
    );
  }

  #account(login: string): Account {
    const account = this.#accounts.withLogin(login.trim().toLowerCase());
    if (account === undefined) throw failPeople('SH-N150');
    return account;
  }

  #refuseTaken(login: string): void {
    if (this.#accounts.withLogin(login) !== undefined) throw failPeople('SH-K150');
  }
}
