/** One version of the key that wraps keys. */
export type KmsVersion = { readonly version: number; readonly createdAtMs: number };

/** A key, wrapped: whoever has no access to the KMS learns nothing from it. */
export type WrappedKey = { readonly wrapped: string; readonly version: number };

/** What wraps the hub's keys, and never gives away what it wraps them with. */
export type Kms = {
  readonly kind: 'file' | 'vault';

  /** Wraps a key of 32 bytes under the newest version. What is wrapped in one context opens in no other. */
  wrap(key: Uint8Array, context: string): Promise<WrappedKey>;

  /** Opens what was wrapped. Throws SH-C312 when it was not wrapped here, in this context, or under a version that is gone. */
  unwrap(wrapped: string, context: string): Promise<Uint8Array>;

  /** Wraps keys under the newest version instead of an older one, in the order given. Throws as `unwrap` does. */
  rewrap(keys: readonly { readonly wrapped: string; readonly context: string }[]): Promise<readonly WrappedKey[]>;

  /** The versions that still open, the oldest first. */
  versions(): Promise<readonly KmsVersion[]>;

  /** Makes a newer version, which wraps from now on; the older ones open what they wrapped. Answers its number. */
  rotate(): Promise<number>;

  /** Destroys all versions before this one, for good. */
  forgetBefore(version: number): Promise<void>;

  /** What has to be done every day, that the hub may go on using it. */
  keepAlive(): Promise<void>;
};
