import { z } from 'zod';
import { passkeyAssertion, passkeyLine, passkeyName, passkeyRegistration } from './passkeys-api.ts';

/** Where codes of somebody who reads reports go: an E.164 number (for `whatsapp` too), or a mail address. */
export const hubContact = z.discriminatedUnion('way', [
  z.strictObject({
    way: z.enum(['sms', 'whatsapp']),
    address: z.string().regex(/^\+[1-9]\d{6,14}$/, 'un numéro avec +'),
  }),
  z.strictObject({ way: z.literal('email'), address: z.email('une adresse de courriel').max(200) }),
]);
/** See {@link hubContact}. */
export type HubContact = z.infer<typeof hubContact>;

const hubPassword = z.string().min(10, 'au moins 10 caractères').max(200);

/** `POST /v1/users` of a hub: who may read reports. */
export const hubUserRequest = z.strictObject({
  login: z.string().regex(/^[a-z][a-z0-9._-]{1,39}$/),
  password: hubPassword,
  role: z.enum(['ministry', 'region']),
  /** The region that a `region` user sees. */
  region: z.string().optional(),
  contact: hubContact.optional(),
});

/** `POST /v1/users/:login/reset`; without a password the one that there is stays. */
export const hubUserReset = z.strictObject({ password: hubPassword.optional() });

/** `POST /users/own/password`: another password, with the one that there is. */
export const hubPasswordChange = z
  .strictObject({ password: z.string().min(1).max(200), newPassword: hubPassword })
  .refine(({ password, newPassword }) => password !== newPassword, {
    path: ['newPassword'],
    error: 'un autre que celui d’avant',
  });
/** See {@link hubPasswordChange}. */
export type HubPasswordChange = z.infer<typeof hubPasswordChange>;

/** What the operator hands on, with the password, to who shall make a passkey: words that are shown once and serve once. */
export type HubInvitation = { readonly words: string; readonly until: string };

/** Somebody who reads reports, as the operator sees them. */
export type HubUserLine = {
  readonly login: string;
  readonly role: 'ministry' | 'region';
  readonly region: string | null;
  readonly contact: HubContact | null;
  readonly passkeys: readonly Omit<HubPasskeyLine, 'id'>[];
  /** Until when an invitation is open. */
  readonly invitedUntil: string | null;
  /** Whether nobody can come in with it. */
  readonly isDisabled: boolean;
};

/** `GET /v1/users` of a hub. */
export type HubUserList = { readonly users: readonly HubUserLine[] };

/** The answer to `POST /v1/users` and `/v1/users/:login/invitation`, and with `removedPasskeys` to `/v1/users/:login/reset`. */
export type HubUserInvited = HubUserLine & {
  readonly invitation: HubInvitation;
  readonly removedPasskeys?: number;
};

/** The answer to `POST /v1/users/:login/disable`. */
export type HubUserDisabled = HubUserLine & { readonly removedPasskeys: number };

/** A passkey at a hub. */
export const hubPasskeyLine = passkeyLine.omit({ opensDatabase: true });
/** See {@link hubPasskeyLine}. */
export type HubPasskeyLine = z.infer<typeof hubPasskeyLine>;

/** `GET /passkeys`. */
export const hubPasskeys = z.object({ passkeys: z.array(hubPasskeyLine) });

/** Who was invited: login, password and the words of the invitation. */
const invited = z.strictObject({
  login: z.string().trim().toLowerCase().min(1).max(60),
  password: z.string().min(1).max(200),
  words: z.string().trim().toLowerCase().min(1).max(200),
});

/** `POST /passkeys/invited/options`. */
export const invitedOptionsRequest = invited;

/** `POST /passkeys/invited`: the passkey that was made. */
export const invitedPasskeyRequest = invited.extend({ name: passkeyName, registration: passkeyRegistration });

/** `POST /passkeys/options`: another passkey, by who has just used one (`POST /sessions/challenge`). */
export const anotherPasskeyOptionsRequest = z.strictObject({ passkey: passkeyAssertion });

/** `POST /passkeys`. */
export const anotherPasskeyRequest = z.strictObject({ name: passkeyName, registration: passkeyRegistration });

/** `POST /passkeys/{id}/removal`: whoever takes one away has just used one, or gives the password again. */
export const hubPasskeyRemoval = z.union([
  z.strictObject({ passkey: passkeyAssertion }),
  z.strictObject({ password: z.string().min(1).max(200) }),
]);
/** See {@link hubPasskeyRemoval}. */
export type HubPasskeyRemoval = z.infer<typeof hubPasskeyRemoval>;

/** `PATCH /passkeys/{id}`. */
export const hubPasskeyRenaming = z.strictObject({ name: passkeyName });

/**
 * `POST /sessions` of a hub: login and password; or, where a code was sent (202, {@link hubCodeSent}), the login, that attempt and the code; or
 * a passkey's answer to `POST /sessions/challenge`.
 */
export const hubProofRequest = z
  .strictObject({
    login: z.string().trim().min(1).max(60).optional(),
    password: z.string().min(1).max(200).optional(),
    attempt: z.string().max(100).optional(),
    otp: z
      .string()
      .trim()
      .regex(/^\d{6}$/, 'six chiffres')
      .optional(),
    passkey: passkeyAssertion.optional(),
  })
  .superRefine((given, context) => {
    if (given.passkey !== undefined) return;
    const needed = given.attempt === undefined ? (['login', 'password'] as const) : (['login', 'otp'] as const);
    for (const field of needed)
      if (given[field] === undefined) context.addIssue({ code: 'custom', path: [field], message: 'manque' });
  });

/** The password is right, and a code has to come with this attempt. */
export const hubCodeSent = z.object({
  secondFactor: z.enum(['sms', 'whatsapp', 'email']),
  attempt: z.string(),
  ending: z.string(),
  expiresAt: z.iso.datetime(),
});
