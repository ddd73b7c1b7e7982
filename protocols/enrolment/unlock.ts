import { z } from 'zod';

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const key = z.string().regex(/^[0-9a-f]{64}$/);
const keyId = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * `POST /api/v1/unlock`: a locked node asks its hub to open its database's key. `{sealed}` is the JSON of this, sealed to the hub's
 * X25519 key, `{signature}` the node's Ed25519 signature over the sealed bytes (both hex). It asks again with the same `replyKey` until
 * a person at the hub has decided.
 */
export const unlockRequest = z.strictObject({
  node: z.int().min(1).max(0xffffff),
  /** Made at this start and known to nobody else: the answer is sealed to it. */
  replyKey: key,
  /** The database's key (two while it is being rotated), as it lies in the ring, sealed to the hub. */
  wraps: z
    .array(z.strictObject({ keyId, sealed: hex }))
    .min(1)
    .max(2),
});

/** See {@link unlockRequest}. */
export type UnlockRequest = Readonly<z.infer<typeof unlockRequest>>;

/** The hub's answer, sealed to `replyKey` and signed by the hub. `keys` are there once an operator has said yes. */
export const unlockAnswer = z.strictObject({
  state: z.enum(['waiting', 'refused', 'granted']),
  keys: z.array(z.strictObject({ keyId, secret: key })).default([]),
});

/** See {@link unlockAnswer}. */
export type UnlockAnswer = Readonly<z.infer<typeof unlockAnswer>>;

/**
 * `POST /api/v1/backup-opening`: whoever holds a backup asks the hub that it is sealed to for its key. `{sealed}` is the JSON of this,
 * sealed to the hub's X25519 key (hex). There is no node yet that could sign; the node that made the backup has signed its header
 * (docs/protocol.md, 8.6). It asks again with the same `replyKey` until a person at the hub has decided.
 */
export const backupOpeningRequest = z.strictObject({
  header: hex.max(32_768),
  signature: hex.length(128),
  replyKey: key,
});

/** See {@link backupOpeningRequest}. */
export type BackupOpeningRequest = Readonly<z.infer<typeof backupOpeningRequest>>;

/** The hub's answer, sealed to `replyKey` and signed by the hub. `key`, the backup's, is there once an operator has said yes. */
export const backupOpeningAnswer = z.strictObject({
  state: z.enum(['waiting', 'refused', 'granted']),
  key: key.nullable(),
});

/** See {@link backupOpeningAnswer}. */
export type BackupOpeningAnswer = Readonly<z.infer<typeof backupOpeningAnswer>>;

/** The question on the wire, hex. */
export const sealedQuestion = z.strictObject({ sealed: hex.max(80_000) });

/** Both messages on the wire, hex. */
export const signedEnvelope = z.strictObject({ sealed: hex.max(16_384), signature: hex.length(128) });
