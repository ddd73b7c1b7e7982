import type { FactorSummary } from '@santehaggui/protocols/api/users-api.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import { localNameOf } from '../certificates/lan-names.ts';
import type { Staff } from '../people/caller.ts';
import { type PeopleOptions, PeopleService } from '../people/people-service.ts';
import type { AccountFactors } from '../people/second-factor.ts';
import { SessionService, type SessionServiceOptions } from '../people/session-service.ts';
import { type SignInOptions, SignInService } from '../people/sign-in-service.ts';
import { type PasskeyKeys, PasskeyService } from './passkey-service.ts';
import { PhoneFactorService } from './phone-factor-service.ts';

/** What {@link createStaff} is made of. */
export type StaffParts = Omit<PeopleOptions, 'factors'> &
  Pick<SessionServiceOptions, 'rights'> &
  Pick<SignInOptions, 'devices' | 'onPassword' | 'onPasswordChanged'> & {
    readonly messenger: Messenger | undefined;
    readonly passkeyKeys?: PasskeyKeys;
  };

/** The staff's accounts, how they prove who they are, and their sessions. */
export function createStaff({ messenger, rights, passkeyKeys, ...parts }: StaffParts) {
  const { store, audit, clock, facility } = parts;
  const phones = new PhoneFactorService({ db: store.db, audit, clock, facility, messenger });
  // The name on the LAN certificate: a passkey is for a name, never for an address.
  const party = { host: localNameOf(facility.code), name: facility.name };
  const sessions = new SessionService({ ...parts, rights });
  const holds = (staff: Staff): boolean => sessions.holds(staff);
  const passkeys = new PasskeyService({ db: store.db, audit, clock, party, keys: passkeyKeys, holds });
  const people = new PeopleService({ ...parts, factors: factorsOf(phones, passkeys) });
  const signIn = new SignInService({ ...parts, sessions, secondFactor: phones, passkeys });
  return { people, sessions, signIn, phones, passkeys };
}

function factorsOf(phones: PhoneFactorService, passkeys: PasskeyService): AccountFactors {
  const summaryOf = (accountId: number): FactorSummary => ({
    phoneEnding: phones.endingOf(accountId),
    passkeys: passkeys.list(accountId),
  });
  return {
    summaryOf,
    removeAllOf: (accountId) => {
      const had = summaryOf(accountId);
      phones.removeOf(accountId);
      passkeys.removeAllOf(accountId);
      return had;
    },
    settle: () => passkeys.settleUnlockers(),
  };
}
