import { z } from 'zod';

const base64url = z.string().regex(/^[\w-]{1,4096}$/);

/** What a browser's passkey says to a registration (W3C WebAuthn level 3, RegistrationResponseJSON); more fields may come. */
export const passkeyRegistration = z.looseObject({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.looseObject({
    clientDataJSON: base64url,
    attestationObject: z.string().regex(/^[\w-]{1,16384}$/),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
  clientExtensionResults: z.looseObject({}).default({}),
});
/** See {@link passkeyRegistration}. */
export type PasskeyRegistration = z.infer<typeof passkeyRegistration>;

/** What a browser's passkey says to a challenge (AuthenticationResponseJSON); more fields may come. */
export const passkeyAssertion = z.looseObject({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.looseObject({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
  clientExtensionResults: z.looseObject({}).default({}),
});
/** See {@link passkeyAssertion}. */
export type PasskeyAssertion = z.infer<typeof passkeyAssertion>;

/** What a browser is given to make or to use a passkey (PublicKeyCredentialCreationOptionsJSON, …RequestOptionsJSON). */
export const passkeyOptions = z.looseObject({ challenge: z.string() });

/** What a passkey is called by its owner. */
export const passkeyName = z.string().trim().min(2, 'au moins 2 caractères').max(60, 'au plus 60 caractères');

/** A secret of 32 bytes that a passkey makes by its PRF extension. */
export const passkeySecret = z.string().regex(/^[\w-]{43}$/, '32 octets en base64url');

/** A passkey as its owner and administrators see it. */
export const passkeyLine = z.object({
  id: z.string(),
  name: z.string(),
  since: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** Whether it is kept in several devices of its owner (synchronised), and not in one alone. */
  isBackedUp: z.boolean(),
  /** Whether it opens the node’s database after a power cut. */
  opensDatabase: z.boolean(),
});
/** See {@link passkeyLine}. */
export type PasskeyLine = z.infer<typeof passkeyLine>;
