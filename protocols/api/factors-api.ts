import { z } from 'zod';

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

/** `POST /factors/phone/removal`. */
export const factorRemoval = z.strictObject({ password });

/** A code is on its way. */
export const phoneCodeSent = z.object({ phoneEnding: z.string(), expiresAt: z.iso.datetime() });

/** `GET /factors`: what proves the caller beside the password. */
export const ownFactors = z.object({
  /** The number that codes go to, by its last two digits. */
  phone: z.object({ ending: z.string(), since: z.iso.datetime() }).nullable(),
  /** Whether the node has something to send codes with. */
  canSendCodes: z.boolean(),
});
/** See {@link ownFactors}. */
export type OwnFactors = z.infer<typeof ownFactors>;
