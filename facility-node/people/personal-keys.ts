import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { AccountStore } from './account-store.ts';
import type { KnownBrowserStore } from './known-browser-store.ts';
import type { AccountFactors } from './second-factor.ts';
import { TravellingAccountStore } from './travelling-account-store.ts';

/** What of a person's opens the node's database; `keys/` knows. */
export type PersonalKeys = {
  /** Takes out what opens the database in this login's name; gives how many. Throws SH-K182 when nobody would be left. */
  forget(login: string): number;
  /** Takes out the password alone; throws as {@link PersonalKeys.forget}. */
  forgetPassword(login: string): void;
  /** The logins that something opens the database for. */
  logins(): ReadonlySet<string>;
};

/** Of a node that no person's password opens. */
export const NO_KEYS: PersonalKeys = { forget: () => 0, forgetPassword: () => {}, logins: () => new Set() };

/** Takes out what opens the database in a login's name, and gives how many; none where nothing else would open it any more. */
export function forgetKeysOf(keys: PersonalKeys, login: string): number {
  return unlessLast(() => keys.forget(login)) ?? 0;
}

/** Where what proves people is kept. */
export type Proofs = {
  readonly db: RecordStore['db'];
  readonly accounts: AccountStore;
  readonly browsers: KnownBrowserStore;
  readonly keys: PersonalKeys;
  readonly factors: AccountFactors;
};

/**
 * Takes away what is left of accounts that were shut, reset or ended at another facility and of passwords that were changed there, and from
 * the key ring what a power cut left of accounts that are shut.
 */
export function forgetStale({ db, accounts, browsers, keys, factors }: Proofs): void {
  const travelling = new TravellingAccountStore(db);
  for (const { id, login, isWhole } of travelling.stale()) {
    if (isWhole) forgetKeysOf(keys, login);
    else unlessLast(() => keys.forgetPassword(login));
    db.transaction(() => {
      // Whoever knew the former password may have used it anywhere.
      browsers.forgetAllOf(id);
      if (isWhole) factors.removeAllOf(id);
      travelling.noteFresh(id);
    })();
  }
  for (const login of keys.logins()) if (accounts.withLogin(login)?.isDisabled !== false) forgetKeysOf(keys, login);
  factors.settle();
}

/** A database that nobody opens any more is lost: what is still there shows in `opensDatabase`. */
function unlessLast<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (hasCode(error, 'SH-K182')) return undefined;
    throw error;
  }
}
