import type { SharedPlace, UserLine } from '@santehaggui/protocols/api/users-api.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import {
  type AccountPlace,
  placeMember,
  placesIn,
  SHARED_ROLES,
  staffAccount,
  verifierMember,
  verifiersIn,
} from '@santehaggui/protocols/records/staff-account.ts';
import { aborted, type Service, type ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RecordTransaction } from '../store/record-transaction.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { type Account, AccountStore } from './account-store.ts';
import type { OwnFacility } from './own-facility.ts';
import { failPeople } from './people-errors.ts';
import { sealVerifier } from './sealed-verifier.ts';
import { TravellingAccountStore } from './travelling-account-store.ts';

/** What the service is made of. */
export type TravellingAccountsOptions = {
  readonly store: RecordStore;
  readonly facility: OwnFacility;
  /** Our own node's key (X25519, hexadecimal), as its link has it now; without it none is sealed to this node. */
  readonly ownKey?: () => string;
  /** Called after each look at what has changed: what else follows from it, outside of the database. */
  readonly onSettled?: () => void;
  readonly log?: Log;
};

/** Facilities by their codes, and the role there; without one that of the account at home. */
export type ShareRequest = { readonly with: readonly string[]; readonly role: Role | undefined };

type Recipients = ReadonlyMap<string, string>;

/**
 * The accounts that are valid at other facilities too, and those of others that are valid here, from this side: what this facility
 * says of them, and the passwords that it seals for the others (docs/protocol.md 13.6). What others say arrives by `accountIndexer`.
 */
export class TravellingAccounts implements Service {
  readonly name = 'travelling-accounts';
  readonly #options: TravellingAccountsOptions;
  readonly #accounts: AccountStore;
  readonly #travelling: TravellingAccountStore;
  #touched = Promise.withResolvers<void>();

  constructor(options: TravellingAccountsOptions) {
    this.#options = options;
    this.#accounts = new AccountStore(options.store.db);
    this.#travelling = new TravellingAccountStore(options.store.db);
  }

  /** Seals what is lacking, and clears what is stale, whenever something has changed that it may follow from. */
  async run({ signal, ready }: ServiceContext): Promise<void> {
    ready();
    while (!signal.aborted) {
      this.#look();
      const { promise } = this.#touched;
      await Promise.race([promise, aborted(signal)]);
      this.#touched = Promise.withResolvers<void>();
    }
  }

  /** What cannot be done now, on a full disk, is done with the next change or start: it stops nobody's work. */
  #look(): void {
    try {
      this.settle();
      this.#options.onSettled?.();
    } catch (error) {
      this.#options.log?.warn('travelling-accounts.waits', { error });
    }
  }

  /** A record came or changed that accounts follow from; inside its transaction. */
  touched(): void {
    this.#touched.resolve();
  }

  /**
   * Makes an account of ours valid at other facilities, or gives it another role there, in the caller's transaction. Throws SH-K153 for a
   * guest's account, SH-K151 for a disabled one, SH-K154 as long as this node knows no other facility, SH-N152 for a facility that is not
   * known here, SH-I151 for a role that no share can give.
   */
  share(tx: RecordTransaction, account: Account, request: ShareRequest): void {
    const own = this.#ownShare(account);
    if (account.isDisabled) throw failPeople('SH-K151');
    const role = SHARED_ROLES.find((one) => one === (request.role ?? account.role));
    if (role === undefined) throw failPeople('SH-I151');
    const added = this.#idsOf(request.with, own).map((facility) => ({ facility, role }));
    const places = new Map([...this.#placesOf(account), ...added].map((place) => [place.facility, place]));
    const written = { places: [...places.values()].map(placeMember) };
    if (account.travellingId !== null) {
      tx.patch(account.travellingId, written);
    } else {
      const { practitionerId: practitioner, login } = account;
      tx.create(staffAccount, { practitioner, home: own, login, ...written });
    }
    this.seal(tx, account.id);
  }

  /** Ends it at some of them, in the caller's transaction. Throws SH-K153, SH-N152, and SH-K155 for a facility that it is not valid at. */
  unshare(tx: RecordTransaction, account: Account, from: readonly string[]): void {
    const ended = new Set(this.#idsOf(from, this.#ownShare(account)));
    const places = this.#placesOf(account);
    const missing = [...ended].filter((id) => !places.some(({ facility }) => facility === id));
    if (account.travellingId === null || missing.length > 0) throw failPeople('SH-K155');
    tx.patch(account.travellingId, {
      places: places.filter(({ facility }) => !ended.has(facility)).map(placeMember),
    });
    this.seal(tx, account.id);
  }

  /** Seals the present password to all facilities where the account is valid, in place of what was sealed before; nothing for one that stays. */
  seal(tx: RecordTransaction, accountId: number): void {
    const account = this.#accounts.withId(accountId);
    const record = this.#recordOf(account);
    if (account === undefined || record === undefined) return;
    const members = [...this.#recipientsOf(record)].map(([facility, key]) =>
      this.#sealed(account, record, facility, key),
    );
    tx.patch(record.id, { verifiers: members });
  }

  /** Seals passwords to the nodes that have another key than those that they were sealed to: after a replacement, or a renewal. */
  settle(): void {
    for (const account of this.#accounts.all()) {
      const record = this.#recordOf(account);
      if (record === undefined) continue;
      const present = verifiersIn(record.fields.verifiers);
      const lacking = [...this.#recipientsOf(record)].filter(
        ([facility, key]) => !present.some((one) => one.facility === facility && one.key === key),
      );
      if (lacking.length === 0) continue;
      // Nothing is taken out: two nodes that know different keys of a third would go on correcting each other.
      const added = lacking.map(([facility, key]) => this.#sealed(account, record, facility, key));
      const members = [...present.map(verifierMember), ...added];
      this.#options.store.transact({ author: null, role: 'system' }, (tx) =>
        tx.patch(record.id, { verifiers: members }),
      );
    }
  }

  /** Where an account comes from, when it is a guest's, and where else it is valid. */
  described(account: Account): Pick<UserLine, 'home' | 'sharedWith'> {
    const facilities = this.#travelling.facilities();
    const named = (id: string): { readonly facility: string; readonly name: string } => ({
      facility: facilities.get(id)?.code ?? id,
      name: facilities.get(id)?.name ?? id,
    });
    const places = account.homeId === null ? this.#placesOf(account) : [];
    const sharedWith: readonly SharedPlace[] = places.map(({ facility, role }) => ({ ...named(facility), role }));
    return { home: account.homeId === null ? null : named(account.homeId), sharedWith };
  }

  /** The accounts of others that are to be valid here and cannot be used yet: their password is not sealed to this node, or their login is taken. */
  waiting(): readonly Pick<UserLine, 'login' | 'role' | 'practitionerId' | 'home' | 'sharedWith'>[] {
    const own = this.#options.facility.recordId();
    const facilities = this.#travelling.facilities();
    return this.#travelling.records().flatMap((id) => {
      const fields = this.#options.store.record(id)?.fields;
      const place = placesIn(fields?.places).find(({ facility }) => facility === own);
      const known = this.#travelling.ofRecord(id);
      if (fields === undefined || place === undefined || (known !== undefined && !known.isEnded)) return [];
      const home = facilities.get(String(fields.home));
      const { login, practitioner } = fields;
      return [
        {
          ...{ login: String(login), role: place.role, practitionerId: String(practitioner), sharedWith: [] },
          home: { facility: home?.code ?? String(fields.home), name: home?.name ?? String(fields.home) },
        },
      ];
    });
  }

  #ownShare(account: Account): string {
    if (account.homeId !== null) throw failPeople('SH-K153');
    const own = this.#options.facility.recordId();
    if (own === null) throw failPeople('SH-K154');
    return own;
  }

  #idsOf(codes: readonly string[], own: string): readonly string[] {
    const known = [...this.#travelling.facilities()];
    return codes.map((code) => {
      const found = known.find(([id, facility]) => facility.code === code && id !== own);
      if (found === undefined) throw failPeople('SH-N152', { why: code });
      return found[0];
    });
  }

  #recordOf(account: Account | undefined): StoredRecord | undefined {
    if (account === undefined || account.travellingId === null) return undefined;
    return this.#options.store.record(account.travellingId);
  }

  #placesOf(account: Account): readonly AccountPlace[] {
    return placesIn(this.#recordOf(account)?.fields.places);
  }

  /** The facilities where an account is valid, its home among them, and the keys of their nodes as far as they are known. */
  #recipientsOf({ fields }: StoredRecord): Recipients {
    const { facility, ownKey } = this.#options;
    const own = facility.recordId();
    const known = this.#travelling.facilities();
    const ids = [String(fields.home), ...placesIn(fields.places).map((place) => place.facility)];
    return new Map(
      ids.flatMap((id): [string, string][] => {
        const key = id === own ? ownKey?.() : known.get(id)?.nodeKey;
        return typeof key === 'string' && /^[0-9a-f]{64}$/.test(key) ? [[id, key]] : [];
      }),
    );
  }

  #sealed(account: Account, { id }: StoredRecord, facility: string, key: string): string {
    return verifierMember({ facility, key, sealed: sealVerifier(key, { ...account, account: id }) });
  }
}
