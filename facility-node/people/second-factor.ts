import type { PasskeyAssertion } from '@santehaggui/protocols/api/passkeys-api.ts';
import type { FactorSummary } from '@santehaggui/protocols/api/users-api.ts';
import type { PageAddress } from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';

/** A code that is on its way: what the browser that asked has to show with it, the end of the number, and until when (ms) it is good. */
export type CodeSent = { readonly attempt: string; readonly phoneEnding: string; readonly expiresAtMs: number };

/** What proves a person beside the password; `factors/` keeps it. */
export type SecondFactor = {
  /** Whether a password is not enough for this account where it has not signed in before. */
  isAskedOf(accountId: number): boolean;
  /** Sends a code to the account's own number. Throws SH-T250 when the network took none, SH-A005 after too many. */
  send(accountId: number): Promise<CodeSent>;
  /** Whether this is the code that was sent for that attempt to sign in; it serves once. */
  prove(answer: { readonly accountId: number; readonly attempt: string; readonly code: string }): boolean;
};

/** The use of a passkey, and the address of the page that it was used on. */
export type PasskeyProof = { readonly assertion: PasskeyAssertion; readonly page: PageAddress };

/** Whose passkey it is, and what its owner calls it. */
export type ProvenPasskey = { readonly accountId: number; readonly name: string };

/** Passkeys, which prove a person without a password; `factors/` keeps them. */
export type Passkeys = {
  /** What a browser needs to sign in with one (PublicKeyCredentialRequestOptionsJSON). */
  signInOptions(): Promise<Readonly<Record<string, unknown>>>;
  /** Throws SH-A006 alike for an unknown passkey and a wrong signature. */
  prove(proof: PasskeyProof): Promise<ProvenPasskey>;
};

/** All that an account has beside its password. */
export type AccountFactors = {
  summaryOf(accountId: number): FactorSummary;
  /** Takes everything away: the account was shut out, or its owner has lost them. Within a transaction. Gives what there was. */
  removeAllOf(accountId: number): FactorSummary;
  /** Brings to an end what a power cut left half done. */
  settle(): void;
};
