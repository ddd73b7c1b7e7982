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
  /** Takes everything away: the account was shut out, or its owner has lost them. Within a transaction. */
  removeAllOf(accountId: number): void;
};
