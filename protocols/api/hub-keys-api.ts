import { z } from 'zod';

/** `GET /v1/keys` of a hub's admin socket: what wraps the hub's keys, and how many there are; none of them. */
export type HubKeysStatus = {
  readonly kms: 'file' | 'vault';
  /** Whether whoever takes this disk lacks what opens the keys. */
  readonly isSealedElsewhere: boolean;
  /** The version that wraps. */
  readonly version: number;
  /** The versions that still open, the oldest first. */
  readonly versions: readonly { readonly version: number; readonly createdAt: string }[];
  readonly facilities: number;
  /** Facilities whose key an older version wraps: a rotation was interrupted. */
  readonly behind: number;
  readonly patients: number;
  readonly destroyed: number;
};

/** `POST /v1/keys/rotate`: the key of the KMS, or of one facility. */
export const hubKeysRotateRequest = z.strictObject({
  facility: z.string().optional(),
  /** Older versions may be known to a stranger: they are destroyed at once. */
  isCompromised: z.boolean().optional(),
});

/** `POST /v1/keys/rotate-tokens`: another key for people's access tokens. Where it `isCompromised`, everybody signs in again. */
export const hubTokenKeyRequest = z.strictObject({ isCompromised: z.boolean().default(false) });

/** What a rotation did. `version` is the KMS's, or the generation of the facility's key. */
export type HubKeysRotated = { readonly version: number; readonly rewrapped: number; readonly forgotten: number };
