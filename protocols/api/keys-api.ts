import { z } from 'zod';

/** Somebody or something that can open a node's database. */
export type UnlockerLine = {
  readonly id: string;
  readonly kind: 'key-file' | 'password' | 'passkey' | 'recovery' | 'hub';
  readonly login: string | null;
  readonly since: string;
};

/** `GET /v1/keys` of a node: who opens the database, since when it has its key, and whether the ring is as we left it. */
export type KeysStatus = {
  /** `unattended`: by itself after a power cut; `staff`: a person. */
  readonly opens: 'unattended' | 'staff';
  readonly cipher: 'aegis' | 'chacha20';
  readonly databaseKeySince: string;
  /** Since when access tokens and frames have theirs; null: since there are any, or the enrolment. */
  readonly tokenKeySince: string | null;
  readonly linkKeySince: string | null;
  readonly unlockers: readonly UnlockerLine[];
  readonly isGenuine: boolean;
};

/**
 * `POST /v1/keys/rotate`: gives new keys, to all or to one of the database, access tokens, frames; `acceptRing` takes a ring for ours
 * that another program changed.
 */
export const rotateRequest = z.strictObject({
  acceptRing: z.boolean().default(false),
  only: z.enum(['database', 'tokens', 'link']).optional(),
});

/** See {@link rotateRequest}. */
export type RotateRequest = Readonly<z.infer<typeof rotateRequest>>;

/** What was done. */
export type RotateAnswer = {
  readonly databaseKeySince: string;
  /** How long nobody could work; 0 where the database kept its key. */
  readonly milliseconds: number;
  readonly tokenKeySince: string | null;
  /** Whether node and hub now use another key for frames; `waits`: at the next connection; `none`: there is no hub. */
  readonly link: 'rotated' | 'waits' | 'none' | 'kept';
};

/** `POST /v1/keys/escrow`: new recovery words, which replace those before; shown once. */
export type EscrowAnswer = { readonly words: readonly string[]; readonly since: string };

/**
 * `POST /v1/keys/opening`: whether the node opens by itself after a power cut. For `staff` somebody's strong password is wanted,
 * so that the node does not shut itself out.
 */
export const openingRequest = z.discriminatedUnion('opens', [
  z.strictObject({ opens: z.literal('unattended') }),
  z.strictObject({ opens: z.literal('staff'), login: z.string().min(1).max(80), password: z.string().min(1).max(400) }),
]);

/** A locked node, or whoever holds a backup of one, that asks the hub for the key, in `GET /v1/unlock` of the hub's admin socket. */
export type UnlockLine = {
  readonly facility: string;
  /** What its screen shows and the caller reads out. */
  readonly words: readonly string[];
  readonly askedAt: string;
  readonly heardAt: string;
  readonly isStillAsking: boolean;
  readonly state: 'waiting' | 'refused' | 'granted';
  /** Of when the backup is that somebody wants to open; null for a node that is locked. */
  readonly backupAt: string | null;
};

/** `POST /v1/unlock` of the hub's admin socket. */
export const unlockDecision = z.strictObject({
  facility: z.string().min(1).max(40),
  decision: z.enum(['granted', 'refused']),
});
