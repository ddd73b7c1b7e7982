import type { Role } from '@santehaggui/protocols/records/record-type.ts';

type Request = {
  /** The other end of the connection. */
  readonly address: string | null;
  readonly requestId: string | null;
};

/** A member of staff whose token, session and account were judged good for this very request. */
export type Staff = Request & {
  readonly kind: 'staff';
  readonly accountId: number;
  readonly login: string;
  /** Id of the Practitioner record: the author of what this person writes. */
  readonly practitionerId: string;
  readonly role: Role;
  readonly sessionId: string;
};

/** Somebody who has not signed in. */
export type Visitor = Request & { readonly kind: 'visitor' };

/** Whoever asks. */
export type Caller = Staff | Visitor;
