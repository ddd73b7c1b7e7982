import { z } from 'zod';
import { passkeyAssertion, passkeyLine, passkeyName, passkeyRegistration, passkeySecret } from './passkeys-api.ts';

/** A password that is asked for again. */
const password = z.string().min(1).max(200);

/** A code of six digits. */
const code = z
  .string()
  .trim()
  .regex(/^\d{6}$/, 'six chiffres');

/** `POST /factors/phone`: whose codes shall go to this number from now on. */
export const phoneFactorRequest = z.strictObject({ password, phone: z.string().trim().min(3).max(30) });

/** `POST /factors/phone/confirmation`: the code that came. */
export const phoneFactorConfirmation = z.strictObject({ code });

/** What changes how somebody proves to be it takes the password again: `POST /factors/phone/removal`, `/factors/passkeys/options`, `/factors/passkeys/{id}/removal`. */
export const passwordAgain = z.strictObject({ password });

/** A code is on its way. */
export const phoneCodeSent = z.object({ phoneEnding: z.string(), expiresAt: z.iso.datetime() });

/** `GET /factors`: what proves the caller beside the password. */
export const ownFactors = z.object({
  /** The number that codes go to, by its last two digits. */
  phone: z.object({ ending: z.string(), since: z.iso.datetime() }).nullable(),
  /** Whether the node has something to send codes with. */
  canSendCodes: z.boolean(),
  /** The oldest first. */
  passkeys: z.array(passkeyLine),
  /** The name by which browsers have to open the node for passkeys. */
  host: z.string(),
  /** Whether people open the node after a power cut, so that a passkey can. */
  canOpenDatabase: z.boolean(),
});
/** See {@link ownFactors}. */
export type OwnFactors = z.infer<typeof ownFactors>;

/** `POST /factors/passkeys`. */
export const newPasskeyRequest = z.strictObject({ name: passkeyName, registration: passkeyRegistration });

/** `PATCH /factors/passkeys/{id}`. */
export const passkeyRenaming = z.strictObject({ name: passkeyName });

/** `POST /factors/passkeys/opening`: the passkey that was just used, and the secret that it makes, shall open the database. */
export const passkeyOpeningRequest = z.strictObject({ assertion: passkeyAssertion, secret: passkeySecret });
