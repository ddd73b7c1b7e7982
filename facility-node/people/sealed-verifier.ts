import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { openSealed, type SealKeys, sealTo } from '@santehaggui/protocols/crypto/sodium.ts';
import { z } from 'zod';
import type { TakenPassword } from './account-store.ts';

/** Argon2id at a cost that a small machine can pay: what comes from elsewhere must not ask for all its memory. */
const payload = z.strictObject({
  account: z.uuid(),
  version: z.int().min(1),
  hash: z.string().regex(/^\$argon2id\$v=19\$m=\d{1,5},t=\d,p=\d\$[A-Za-z0-9+/]{22,86}\$[A-Za-z0-9+/]{22,86}$/),
  until: z.int().nullable(),
});

/** Seals an account's verifier to a node's key, bound to the account's record: moved to another account it opens nothing. */
export function sealVerifier(
  key: string,
  { account, passwordHash, passwordUntil, verifierVersion }: TakenPassword & { readonly account: string },
): Uint8Array {
  const sealed: z.infer<typeof payload> = {
    ...{ account, version: verifierVersion },
    ...{ hash: passwordHash, until: passwordUntil },
  };
  return sealTo(fromHex(key), Buffer.from(JSON.stringify(sealed)));
}

/** The verifier of that account, where one of the keys opens it; undefined for all else. */
export function openVerifier(
  sealed: Uint8Array,
  { keys, account }: { readonly keys: readonly SealKeys[]; readonly account: string },
): TakenPassword | undefined {
  for (const key of keys) {
    const opened = openSealed(key, sealed);
    if (opened === undefined) continue;
    const read = payload.safeParse(parsed(opened));
    if (!read.success || read.data.account !== account) return undefined;
    const { hash: passwordHash, until: passwordUntil, version: verifierVersion } = read.data;
    return { passwordHash, passwordUntil, verifierVersion };
  }
  return undefined;
}

/** Whether a password is later than another. Two that were chosen at once have one version: every facility then takes the same. */
export function isLater(left: TakenPassword, right: TakenPassword): boolean {
  if (left.verifierVersion !== right.verifierVersion) return left.verifierVersion > right.verifierVersion;
  return left.passwordHash > right.passwordHash;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
