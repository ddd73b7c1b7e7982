import type { PasskeyAssertion, PasskeyLine, PasskeyRegistration } from '@santehaggui/protocols/api/passkeys-api.ts';
import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import {
  type PageAddress,
  PasskeyCeremonies,
  type PasskeyParty,
} from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import type { PasskeyProof, Passkeys, ProvenPasskey } from '../people/second-factor.ts';
import type { RecordStore } from '../store/record-store.ts';
import { failFactor } from './factor-errors.ts';
import { type Passkey, PasskeyStore } from './passkey-store.ts';

/** More than anybody has devices. */
const MOST_OF_ONE = 10;
const SIGN_IN = 'sign-in';

/** What of a passkey opens the node's database; `keys/` knows. */
export type PasskeyKeys = {
  /** Whether people open the node after a power cut: else there is nothing for a passkey to open. */
  isOpenedByStaff(): boolean;
  /** Lets the passkey with this secret open the database in that login's name; gives the unlocker's id. Throws SH-K180. */
  addPasskey(login: string, secret: Uint8Array): string;
  /** Takes an unlocker out. Throws SH-K180, SH-K182. */
  removeUnlocker(id: string): void;
  /** The unlockers that are passkeys; undefined where somebody else wrote the ring. */
  passkeyUnlockers(): ReadonlySet<string> | undefined;
};

/** What the service is made of; without keys no passkey opens the database. */
export type PasskeyOptions = {
  readonly db: RecordStore['db'];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly party: PasskeyParty;
  readonly keys?: PasskeyKeys | undefined;
  /** Whether who was signed in still is. */
  readonly holds: (staff: Staff) => boolean;
};

/** Passkeys of staff: making, naming and removing them, signing in with one, and opening the node with one after a power cut. */
export class PasskeyService implements Passkeys {
  readonly #options: PasskeyOptions;
  readonly #store: PasskeyStore;
  readonly #ceremonies: PasskeyCeremonies;

  constructor(options: PasskeyOptions) {
    this.#options = options;
    this.#store = new PasskeyStore(options.db);
    this.#ceremonies = new PasskeyCeremonies(options);
  }

  /** The host that passkeys are for. */
  host(): string {
    return this.#options.party.host;
  }

  /** The passkeys of an account, the oldest first. */
  list(accountId: number): readonly PasskeyLine[] {
    return this.#store.of(accountId).map(lineOf);
  }

  /** Whether a passkey can be let open the database: people do so here. */
  canOpenDatabase(): boolean {
    return this.#options.keys?.isOpenedByStaff() === true;
  }

  /** What the browser needs to make one. Throws SH-K251 when there are ten. */
  async registrationOptions(staff: Staff): Promise<Readonly<Record<string, unknown>>> {
    const known = this.#store.of(staff.accountId);
    if (known.length >= MOST_OF_ONE) throw failFactor('SH-K251');
    return this.#ceremonies.registrationOptions(addingBy(staff), { login: staff.login, known });
  }

  /** Takes one that was made. Throws SH-A006, SH-K251; SH-A001 where the session has ended meanwhile. */
  async add(
    staff: Staff,
    {
      name,
      registration,
      page,
    }: { readonly name: string; readonly registration: PasskeyRegistration; readonly page: PageAddress },
  ): Promise<void> {
    const made = await this.#ceremonies.registered(addingBy(staff), registration, page);
    const { accountId } = staff;
    this.#store.together(() => {
      // Whoever was shut out or reset while it was judged adds nothing that would let in again.
      if (!this.#options.holds(staff)) throw failRuntime('SH-A001');
      const known = this.#store.of(accountId);
      if (known.length >= MOST_OF_ONE) throw failFactor('SH-K251');
      if (this.#store.withId(made.id) !== undefined) throw failRuntime('SH-A006');
      this.#store.insert({ ...made, accountId, name, createdAt: this.#options.clock.now() });
      this.#note(staff, 'create', { name });
    });
  }

  /** Throws SH-N250. */
  rename(staff: Staff, id: string, name: string): void {
    const { name: former } = this.#own(staff, id);
    this.#store.together(() => {
      this.#store.rename(id, name);
      this.#note(staff, 'update', { name, former });
    });
  }

  /** Takes one away, and what it opens with it. Throws SH-N250; SH-K182 when nobody would open the database any more. */
  remove(staff: Staff, id: string): void {
    const { name, unlockerId } = this.#own(staff, id);
    // First: a passkey that is gone from the list must not open anything.
    if (unlockerId !== null) this.#options.keys?.removeUnlocker(unlockerId);
    this.#store.together(() => {
      this.#store.remove(id);
      this.#note(staff, 'delete', { name, openedDatabase: unlockerId !== null });
    });
  }

  /** Everything of an account, within a transaction; what it opens is taken out with the account's other unlockers. Gives how many. */
  removeAllOf(accountId: number): number {
    return this.#store.removeAllOf(accountId);
  }

  /** What the browser needs to sign in with one. */
  signInOptions(): Promise<Readonly<Record<string, unknown>>> {
    return this.#ceremonies.assertionOptions(SIGN_IN);
  }

  /** Whose passkey that is. Throws SH-A006 alike for an unknown one and a wrong signature. */
  async prove({ assertion, page }: PasskeyProof): Promise<ProvenPasskey> {
    const { accountId, name } = await this.#used(SIGN_IN, assertion, page);
    return { accountId, name };
  }

  /** What the browser needs to let this node be opened by one. */
  openingOptions(staff: Staff): Promise<Readonly<Record<string, unknown>>> {
    return this.#ceremonies.assertionOptions(openingBy(staff));
  }

  /**
   * Lets a passkey open the database after a power cut, by the secret that it makes. Throws SH-K250 where the node opens by itself,
   * SH-A006, SH-N250 for a passkey of another, SH-K180.
   */
  async letOpen(
    staff: Staff,
    { assertion, page, secret }: PasskeyProof & { readonly secret: Uint8Array },
  ): Promise<void> {
    const { keys } = this.#options;
    if (keys === undefined || !keys.isOpenedByStaff()) throw failFactor('SH-K250');
    const passkey = await this.#used(openingBy(staff), assertion, page);
    this.#own(staff, passkey.id);
    try {
      const added = keys.addPasskey(staff.login, secret);
      this.#store.together(() => {
        this.#store.setUnlocker(passkey.id, added);
        this.#note(staff, 'update', { name: passkey.name, opensDatabase: true });
      });
    } finally {
      // The former one; on a full disk the new one: what nobody is shown would open the database when the passkey is long gone.
      this.settleUnlockers();
    }
  }

  /**
   * Brings the passkeys and what of them opens the database together again after a power cut between the two: what no passkey owns opens
   * nothing any more, unless nothing else does, and no passkey says that it opens what it does not.
   */
  settleUnlockers(): void {
    const { keys } = this.#options;
    const opening = keys?.passkeyUnlockers();
    if (keys === undefined || opening === undefined) return;
    const named = this.#store.unlockers();
    for (const unlockerId of named.difference(opening)) this.#store.forgetUnlocker(unlockerId);
    for (const unlockerId of opening.difference(named)) {
      try {
        keys.removeUnlocker(unlockerId);
      } catch (error) {
        if (!hasCode(error, 'SH-K182')) throw error;
      }
    }
  }

  async #used(purpose: string, assertion: PasskeyAssertion, page: PageAddress): Promise<Passkey> {
    const passkey = this.#store.withId(assertion.id);
    if (passkey === undefined) throw failRuntime('SH-A006');
    const { counter } = await this.#ceremonies.asserted(purpose, assertion, { page, credential: passkey });
    if (!this.#store.noteUse(passkey, counter, this.#options.clock.now())) throw failRuntime('SH-A006');
    return passkey;
  }

  #own({ accountId }: Staff, id: string): Passkey {
    const passkey = this.#store.withId(id);
    if (passkey?.accountId !== accountId) throw failFactor('SH-N250');
    return passkey;
  }

  #note(staff: Staff, action: 'create' | 'update' | 'delete', detail: Readonly<Record<string, unknown>>): void {
    this.#options.audit.append(staff, {
      ...{ action, recordType: 'passkey', recordId: staff.practitionerId, purpose: 'HOPERAT' },
      detail: { login: staff.login, ...detail },
    });
  }
}

/** A challenge is for one session: nobody else's passkey is taken for this account's. */
function addingBy({ accountId, sessionId }: Staff): string {
  return `add ${accountId} ${sessionId}`;
}

function openingBy({ accountId, sessionId }: Staff): string {
  return `open ${accountId} ${sessionId}`;
}

function lineOf({ id, name, createdAt, lastUsedAt, isBackedUp, unlockerId }: Passkey): PasskeyLine {
  return {
    ...{ id, name, isBackedUp, opensDatabase: unlockerId !== null },
    since: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}
