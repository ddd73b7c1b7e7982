import { z } from 'zod';
import { ROLES } from '../records/record-type.ts';
import type { PasskeyLine } from './passkeys-api.ts';

/** What staff sign in with: lower case, no accents. */
export const loginText = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z][a-z0-9._-]{1,59}$/, 'une lettre, puis 1 à 59 lettres sans accent, chiffres, points, - ou _');

/** The login of an account as a facility has it: of a guest whose login was taken there, with the code of its home, `awa@cscom_sangha`. */
export const accountLogin = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z][a-z0-9._-]{1,59}(?:@[a-z][a-z0-9_]{1,59})?$/, 'un identifiant est attendu');

/** A password that a person chooses. */
export const passwordText = z.string().min(8, 'au moins 8 caractères').max(200, 'au plus 200 caractères');

/**
 * Whether an account can sign in: `provisional` until its owner has chosen a password in place of the one that was given, `waiting` for a
 * guest's that is not usable yet.
 */
export type UserState = 'active' | 'provisional' | 'disabled' | 'waiting';

/** A facility by its code and name, where an account is valid with that role. */
export type SharedPlace = { readonly facility: string; readonly name: string; readonly role: string };

/** An account, as `haggui user list` shows it. */
export type UserLine = {
  readonly login: string;
  readonly name: string;
  readonly role: string;
  readonly state: UserState;
  readonly practitionerId: string;
  readonly lastSignInAt: string | null;
  /** How many sessions are open. */
  readonly sessions: number;
  /** Whether something of this person's opens the node's database after a power cut. */
  readonly opensDatabase: boolean;
  /** Where a guest's account comes from; null of our own. */
  readonly home: Omit<SharedPlace, 'role'> | null;
  /** Where else an account of ours is valid. */
  readonly sharedWith: readonly SharedPlace[];
};

/** `GET /users`. */
export type UserList = { readonly users: readonly UserLine[] };

/** An open session. */
export const userSession = z.object({
  id: z.string(),
  since: z.iso.datetime(),
  /** When it was last renewed, which happens every ten minutes of work. */
  lastUsedAt: z.iso.datetime(),
  /** Null for the machine that the node runs on. */
  address: z.string().nullable(),
  /** Name of the enrolled device that it was opened on. */
  device: z.string().nullable(),
  /** `Chrome, Android`; null for what is no browser that we know. */
  browser: z.string().nullable(),
});
/** See {@link userSession}. */
export type UserSession = z.infer<typeof userSession>;

/** `GET /api/v1/sessions/own`: one's own open sessions, of more than a hundred those used last. */
export const ownSessions = z.object({ sessions: z.array(userSession.extend({ isThis: z.boolean() })) });
/** See {@link ownSessions}. */
export type OwnSessions = z.infer<typeof ownSessions>;

/** The answer to `DELETE /api/v1/sessions/own`: how many others were ended. */
export const endedSessions = z.object({ ended: z.int().min(0) });

/** What proves somebody beside the password: the number that codes go to, by its last two digits, and passkeys. */
export type FactorSummary = { readonly phoneEnding: string | null; readonly passkeys: readonly PasskeyLine[] };

/** `GET /users/:login`. */
export type UserDetail = UserLine & FactorSummary & { readonly openSessions: readonly UserSession[] };

/**
 * `POST /users`: a new member of staff with an account; without `password` one is made that serves to choose another. `system` is no
 * role of a person.
 */
export const newUserRequest = z
  .strictObject({
    login: loginText,
    password: passwordText.optional(),
    role: z.enum(ROLES).exclude(['system']),
    familyName: z.string().trim().min(1, 'ne peut pas être vide').max(120),
    givenName: z.string().trim().min(1, 'ne peut pas être vide').max(120).optional(),
    phone: z.string().trim().min(3, 'numéro trop court').max(30).optional(),
  })
  .refine(({ login, password }) => password?.toLowerCase() !== login, {
    path: ['password'],
    error: 'le mot de passe ne peut pas être l’identifiant',
  });

/** See {@link newUserRequest}. */
export type NewUserRequest = z.input<typeof newUserRequest>;

const facilityCodes = z.array(z.string().trim().min(1).max(60)).min(1, 'un établissement au moins').max(20);

/** `POST /users/:login/share`: valid at these facilities too, with that role, else the one at home. */
export const shareRequest = z.strictObject({
  with: facilityCodes,
  role: z.enum(ROLES).exclude(['system']).optional(),
});

/** `POST /users/:login/unshare`: at these no longer. */
export const unshareRequest = z.strictObject({ from: facilityCodes });

/** `POST /users/:login/role`. */
export const userRoleRequest = z.strictObject({ role: z.enum(ROLES).exclude(['system']) });

/** A password that was made for somebody: shown once, and good until then to sign in and choose another. */
export type ProvisionalPassword = { readonly password: string; readonly until: string };

/** The answer to `POST /users`, and to `/users/:login/reset` and `/enable`; without `provisional` the person's own password serves. */
export type UserWithPassword = UserLine & { readonly provisional?: ProvisionalPassword };

/** The answer to what shuts somebody out: how many sessions it ended, unlockers it took from the key ring, and passkeys it removed. */
export type UserShutOut = UserLine & {
  readonly endedSessions: number;
  readonly removedUnlockers: number;
  readonly removedPasskeys: number;
};
