import { loginText } from '@santehaggui/protocols/api/users-api.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { facility } from '@santehaggui/protocols/records/facility.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import { placesIn, staffAccount, verifiersIn } from '@santehaggui/protocols/records/staff-account.ts';
import { SMALL_MACHINE_COST, unmatchablePasswordHash } from '@santehaggui/runtime/passwords/password.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordIndexer } from '../store/record-table.ts';
import type { TakenPassword } from './account-store.ts';
import type { AuditEntry } from './audit-trail.ts';
import { isLater, latestOf, openVerifier } from './sealed-verifier.ts';
import { SessionStore } from './session-store.ts';
import { type Arriving, type Travelling, TravellingAccountStore } from './travelling-account-store.ts';

/** What the indexer is made of. */
export type AccountIndexerParts = {
  /** The keys that verifiers may be sealed to, the present ones first. */
  readonly openingKeys: () => readonly SealKeys[];
  /** Id of our own facility's record; null until the node is enrolled. */
  readonly facilityId: () => string | null;
  readonly clock: Clock;
  /** For the audit trail, in the transaction that is open. */
  readonly note: (entry: AuditEntry) => void;
  /** Called inside the transaction when something may follow from it once it is over. */
  readonly onTouched: () => void;
};

/**
 * Makes records of accounts that travel into accounts here, and puts out whose practitioner is active no more, in the very transaction
 * that the record is written or received in: for `RecordStore`.
 */
export function accountIndexer(parts: AccountIndexerParts): RecordIndexer {
  const stores = new WeakMap<object, AccountIndex>();
  const index: RecordIndexer['index'] = (db, { id, type, fields }, fate) => {
    const known = stores.get(db) ?? new AccountIndex(parts, new TravellingAccountStore(db), new SessionStore(db));
    stores.set(db, known);
    if (type.name === 'practitioner') known.practitioner(id);
    if (type.name === 'staffAccount' && fate === 'gone') known.gone(id);
    if (type.name === 'staffAccount' && fate === 'held') known.held(id, fields);
    parts.onTouched();
  };
  return { types: [staffAccount, practitioner, facility], index };
}

class AccountIndex {
  readonly #parts: AccountIndexerParts;
  readonly #accounts: TravellingAccountStore;
  readonly #sessions: SessionStore;

  constructor(parts: AccountIndexerParts, accounts: TravellingAccountStore, sessions: SessionStore) {
    this.#parts = parts;
    this.#accounts = accounts;
    this.#sessions = sessions;
  }

  /** What `active` says holds for every account of the practitioner. */
  practitioner(practitionerId: string): void {
    const isActive = this.#accounts.isActive(practitionerId);
    for (const account of this.#accounts.ofPractitioner(practitionerId)) {
      if (account.isDisabled !== isActive) continue;
      const nowMs = this.#parts.clock.now();
      this.#accounts.setDisabled(account.id, isActive ? null : nowMs);
      if (!isActive) this.#sessions.revokeAllOf(account.id, 'account-disabled', nowMs);
      this.#note(practitionerId, account, { disabled: !isActive });
    }
  }

  gone(recordId: string): void {
    const account = this.#accounts.ofRecord(recordId);
    if (account !== undefined && !account.isEnded && account.isGuest) this.#end(account);
  }

  held(recordId: string, fields: NamedFields): void {
    const { home, practitioner, login } = fields;
    const own = this.#parts.facilityId();
    if (typeof home !== 'string' || typeof practitioner !== 'string' || typeof login !== 'string' || own === null)
      return;
    const known = this.#accounts.ofRecord(recordId) ?? this.#adopted(recordId, { home, practitioner, own });
    const role = home === own ? this.#roleAtHome(practitioner) : placesIn(fields.places).find(isAt(own))?.role;
    if (role === undefined) {
      if (known !== undefined && !known.isEnded && known.isGuest) this.#end(known);
      return;
    }
    const present = known?.isEnded === false ? known : undefined;
    const verifier = this.#latest(recordId, fields.verifiers, { own, known: present });
    if (present !== undefined) this.#update(present, { practitioner, role, verifier });
    else if (verifier !== undefined) {
      const homeId = home === own ? null : home;
      this.#begin({ travellingId: recordId, homeId, practitionerId: practitioner, role, login, ...verifier }, known);
    }
  }

  /** Our own account of the practitioner, which now begins to travel. */
  #adopted(
    recordId: string,
    { home, practitioner, own }: { readonly home: string; readonly practitioner: string; readonly own: string },
  ): Travelling | undefined {
    const account = home === own ? this.#accounts.ofOwn(practitioner) : undefined;
    if (account !== undefined) this.#accounts.link(account.id, recordId);
    return account;
  }

  #update(
    account: Travelling,
    {
      practitioner,
      role,
      verifier,
    }: { readonly practitioner: string; readonly role: Role; readonly verifier: TakenPassword | undefined },
  ): void {
    if (account.isGuest && account.role !== role) {
      this.#accounts.setSharedRole(account.id, role);
      this.#note(practitioner, account, { role });
    }
    if (verifier === undefined || !isLater(verifier, account)) return;
    this.#accounts.takePassword(account.id, verifier);
    this.#sessions.revokeAllOf(account.id, 'password-changed', this.#parts.clock.now());
    this.#note(practitioner, account, { password: 'changed' });
  }

  #begin(arriving: Arriving, ended: Travelling | undefined): void {
    const { homeId, practitionerId } = arriving;
    // Nobody becomes a colleague of ours, or of a third facility, by an account of his own.
    if (homeId !== null && this.#accounts.isOthers(practitionerId, homeId)) return;
    const login = this.#freeLogin(arriving.login, arriving.homeId);
    // Nobody is put out of a login: the record waits, and is told of (`TravellingAccounts.waiting`).
    if (login === undefined) return;
    const nowMs = this.#parts.clock.now();
    if (ended === undefined) this.#accounts.insert({ ...arriving, login }, nowMs);
    else this.#accounts.revive(ended.id, { ...arriving, login });
    const account = this.#accounts.ofRecord(arriving.travellingId);
    if (account === undefined) return;
    this.#note(arriving.practitionerId, account, { role: arriving.role, from: arriving.homeId });
    this.practitioner(arriving.practitionerId);
  }

  /** The login itself, or with its home where somebody here has it already: `awa@cscom_sangha`. */
  #freeLogin(login: string, homeId: string | null): string | undefined {
    if (!loginText.safeParse(login).success) return undefined;
    const code = homeId === null ? undefined : this.#accounts.facilities().get(homeId)?.code;
    return [login, ...(code === undefined ? [] : [`${login}@${code}`])].find((one) => !this.#accounts.isTaken(one));
  }

  #end(account: Travelling): void {
    const nowMs = this.#parts.clock.now();
    this.#accounts.end(account.id, unmatchablePasswordHash(SMALL_MACHINE_COST), nowMs);
    this.#sessions.revokeAllOf(account.id, 'account-disabled', nowMs);
    this.#note(account.practitionerId, account, { share: 'ended' });
  }

  #latest(
    recordId: string,
    members: unknown,
    { own, known }: { readonly own: string; readonly known: Travelling | undefined },
  ): TakenPassword | undefined {
    const keys = this.#parts.openingKeys();
    const opened = verifiersIn(members)
      .filter(isAt(own))
      .flatMap(({ sealed }) => openVerifier(sealed, { keys, account: recordId }) ?? []);
    return latestOf(opened, known);
  }

  #roleAtHome(practitioner: string): Role {
    const named = this.#accounts.roleOf(practitioner);
    return ROLES.find((role) => role === named && role !== 'system') ?? 'registrar';
  }

  #note(recordId: string, { login }: Travelling, detail: Readonly<Record<string, unknown>>): void {
    this.#parts.note({
      ...{ action: 'update', recordType: 'practitioner', recordId, purpose: 'HOPERAT' },
      detail: { login, ...detail },
    });
  }
}

function isAt(own: string): (one: { readonly facility: string }) => boolean {
  return ({ facility }) => facility === own;
}
