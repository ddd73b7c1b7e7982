import { z } from 'zod';

const key = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * `POST /api/v1/node-key`: a node tells the X25519 key that its frames rest on from now on. `{sealed}` is the JSON of this, sealed to the
 * hub's X25519 key, `{signature}` the node's Ed25519 signature over the sealed bytes (both hex, as `signedEnvelope` of unlock.ts). It
 * tells the same again until it was answered.
 */
export const nodeKeyRequest = z.strictObject({ node: z.int().min(1).max(0xffffff), linkKey: key });

/** See {@link nodeKeyRequest}. */
export type NodeKeyRequest = Readonly<z.infer<typeof nodeKeyRequest>>;

/** The hub's answer, sealed to that key and signed by the hub: it now uses this one. */
export const nodeKeyAnswer = z.strictObject({ linkKey: key });

/** See {@link nodeKeyAnswer}. */
export type NodeKeyAnswer = Readonly<z.infer<typeof nodeKeyAnswer>>;
