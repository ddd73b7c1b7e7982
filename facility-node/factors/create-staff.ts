import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import { type PeopleOptions, PeopleService } from '../people/people-service.ts';
import { SessionService, type SessionServiceOptions } from '../people/session-service.ts';
import { type SignInOptions, SignInService } from '../people/sign-in-service.ts';
import { PhoneFactorService } from './phone-factor-service.ts';

/** What {@link createStaff} is made of. */
export type StaffParts = PeopleOptions &
  Pick<SessionServiceOptions, 'rights'> &
  Pick<SignInOptions, 'devices' | 'onPassword' | 'onPasswordChanged'> & { readonly messenger: Messenger | undefined };

/** The staff's accounts, how they prove who they are, and their sessions. */
export function createStaff({ messenger, rights, ...parts }: StaffParts) {
  const { store, audit, clock, facility } = parts;
  const phones = new PhoneFactorService({ db: store.db, audit, clock, facility, messenger });
  const sessions = new SessionService({ ...parts, rights });
  const people = new PeopleService({ ...parts, secondFactor: phones });
  const signIn = new SignInService({ ...parts, sessions, secondFactor: phones });
  return { people, sessions, signIn, phones };
}
