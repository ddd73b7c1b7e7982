import { z } from 'zod';

/** What `hub facility add` prints: `SH1.<hash of the hub's identity>.<secret>.<facility code>.<expiry, s>`. */
export type EnrolmentToken = {
  /** 32 hex digits: the first 16 bytes of {@link hubIdentityHash}. */
  readonly hubHash: string;
  /** 32 hex digits, used once. */
  readonly secret: string;
  readonly facility: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
};

const TOKEN = /^SH1\.([0-9a-f]{32})\.([0-9a-f]{32})\.([a-z][a-z0-9_]{1,39})\.(\d{9,12})$/;

/** The printed form of a token. */
export function formatEnrolmentToken(token: EnrolmentToken): string {
  return `SH1.${token.hubHash}.${token.secret}.${token.facility}.${token.expiresAt}`;
}

/** Reads a printed token; undefined when it is none. */
export function parseEnrolmentToken(text: string): EnrolmentToken | undefined {
  const match = TOKEN.exec(text.trim());
  if (match === null) return undefined;
  const [, hubHash, secret, facility, expiresAt] = match as unknown as [string, string, string, string, string];
  return { hubHash, secret, facility, expiresAt: Number(expiresAt) };
}

const key = z.string().regex(/^[0-9a-f]{64}$/);

/** `GET /api/v1/identity` of a hub: its public keys, in hex. The node hashes them before it says anything secret. */
export const hubIdentity = z.object({ signKey: key, sealKey: key });
export type HubIdentity = z.infer<typeof hubIdentity>;

/**
 * `POST /api/v1/enrolment`: `{sealed}` is the JSON of this, sealed to the hub's X25519 key (hex). The node number is the
 * node's own random choice; the hub refuses one that another facility has.
 */
export const enrolmentRequest = z.strictObject({
  secret: z.string().regex(/^[0-9a-f]{32}$/),
  facility: z.string(),
  node: z.int().min(1).max(0xffffff),
  signKey: key,
  sealKey: key,
  /** Keys the hashes of the node's chain, so that the hub can verify it. */
  journalKey: key,
});
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>;

/**
 * The hub's answer: `{sealed}` is the JSON of this sealed to the node's X25519 key, `{signature}` the hub's Ed25519
 * signature over the sealed bytes (both hex).
 */
export const enrolmentAnswer = z.object({
  facility: z.string(),
  facilityId: z.string(),
  name: z.string(),
  region: z.string(),
  node: z.int(),
  /** What the node shows to this hub where that has forgotten it: see certificate.ts. */
  certificate: z
    .string()
    .regex(/^(?:[0-9a-f]{2})+$/)
    .optional(),
});
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswer>;

/** An envelope of the two messages above, hex. */
export const enrolmentEnvelope = z.object({
  sealed: z.string().regex(/^(?:[0-9a-f]{2})+$/),
  signature: z.string().optional(),
});
