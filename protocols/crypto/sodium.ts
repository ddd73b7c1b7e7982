import sodium from 'libsodium-wrappers';

/**
 * libsodium, ready to use. Daemons, CLI and tests await this once before they call anything else of `crypto/`; the
 * WebAssembly takes about 20 ms to compile.
 */
export async function sodiumReady(): Promise<void> {
  await sodium.ready;
}

/** BLAKE2b (RFC 7693) of a message under a key of 16 to 64 bytes: 32 bytes. */
export function keyedHash(key: Uint8Array, message: Uint8Array): Uint8Array {
  return sodium.crypto_generichash(32, message, key);
}

/** An X25519 key pair for sealing and for session keys. */
export type SealKeys = { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };

/** A fresh X25519 key pair from a 32-byte seed. */
export function sealKeysFromSeed(seed: Uint8Array): SealKeys {
  const { publicKey, privateKey } = sodium.crypto_kx_seed_keypair(seed);
  return { publicKey, privateKey };
}

/** An Ed25519 key pair (RFC 8032). */
export type SignKeys = { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };

/** The Ed25519 key pair of a 32-byte seed. */
export function signKeysFromSeed(seed: Uint8Array): SignKeys {
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey, privateKey };
}

/** The 64-byte Ed25519 signature of a message. */
export function sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return sodium.crypto_sign_detached(message, privateKey);
}

/** Whether a signature is the key's over the message; false on any malformed input. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  return sodium.crypto_sign_verify_detached(signature, message, publicKey);
}

/** Seals a message to a public key; nobody but its owner reads it, and it does not tell who sent it. */
export function sealTo(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return sodium.crypto_box_seal(message, publicKey);
}

/** Opens what {@link sealTo} sealed; undefined when it was not sealed to these keys or was altered. */
export function openSealed(keys: SealKeys, sealed: Uint8Array): Uint8Array | undefined {
  try {
    return sodium.crypto_box_seal_open(sealed, keys.publicKey, keys.privateKey);
  } catch {
    return undefined;
  }
}

/** The two directions of a link between two static keys; the same pair of keys always gives the same. */
export type LinkKeys = { readonly send: Uint8Array; readonly receive: Uint8Array };

/** crypto_kx from the node's side. */
export function linkKeysOfNode(own: SealKeys, hubPublicKey: Uint8Array): LinkKeys {
  const { sharedTx, sharedRx } = sodium.crypto_kx_client_session_keys(own.publicKey, own.privateKey, hubPublicKey);
  return { send: sharedTx, receive: sharedRx };
}

/** crypto_kx from the hub's side: what the node sends with, the hub receives with. */
export function linkKeysOfHub(own: SealKeys, nodePublicKey: Uint8Array): LinkKeys {
  const { sharedTx, sharedRx } = sodium.crypto_kx_server_session_keys(own.publicKey, own.privateKey, nodePublicKey);
  return { send: sharedTx, receive: sharedRx };
}

/** ChaCha20-Poly1305 (RFC 8439); `counter` becomes the 96-bit nonce and is used once under a key. */
export function aeadSeal(
  key: Uint8Array,
  counter: number,
  { header, body }: { readonly header: Uint8Array; readonly body: Uint8Array },
): Uint8Array {
  return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(body, header, null, nonce(counter), key);
}

/** Opens what {@link aeadSeal} sealed under the same key, counter and header; undefined when anything was altered. */
export function aeadOpen(
  key: Uint8Array,
  counter: number,
  { header, body }: { readonly header: Uint8Array; readonly body: Uint8Array },
): Uint8Array | undefined {
  try {
    return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, body, header, nonce(counter), key);
  } catch {
    return undefined;
  }
}

function nonce(counter: number): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(BigInt(counter), 4);
  return new Uint8Array(bytes);
}
