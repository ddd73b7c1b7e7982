import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { openSealed, type SealKeys, sealTo } from '@santehaggui/protocols/crypto/sodium.ts';
import { z } from 'zod';
import type { TakenPassword } from './account-store.ts';

/** RFC 9106 §3.1, and what a small machine can pay: what comes from elsewhere must not ask for all its memory or its time. */
const HASH = /^\$argon2id\$v=19\$m=(\d{1,5}),t=([1-4]),p=([1-4])\$[A-Za-z0-9+/]{22,86}\$[A-Za-z0-9+/]{22,86}$/;
const MOST_MEMORY_KIB = 65_536;

const payload = z.strictObject({
  account: z.uuid(),
  version: z.int().min(1),
  hash: z.string().refine((hash) => {
    const [, memory, , lanes] = HASH.exec(hash) ?? [];
    return Number(memory) <= MOST_MEMORY_KIB && Number(memory) >= 8 * Number(lanes);
  }),
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

/** More than anybody changes a password while a node is away. */
const MOST_AHEAD = 1000;

/**
 * Whether a password is later than another. Two that were chosen at once have one version: every facility then takes the same. A version that
 * runs away is none: after the highest that there can be nobody could change the password any more.
 */
export function isLater(left: TakenPassword, right: TakenPassword): boolean {
  const ahead = left.verifierVersion - right.verifierVersion;
  return ahead === 0 ? left.passwordHash > right.passwordHash : ahead > 0 && ahead <= MOST_AHEAD;
}

/** The latest of these: of the one that is here, or else the earliest, those that no version has run away from. */
export function latestOf(all: readonly TakenPassword[], present: TakenPassword | undefined): TakenPassword | undefined {
  const first = present ?? all.toSorted((left, right) => left.verifierVersion - right.verifierVersion)[0];
  if (first === undefined) return undefined;
  const near = all.filter((one) => one === first || isLater(one, first));
  return near.reduce<TakenPassword | undefined>(
    (latest, one) => (latest === undefined || isLater(one, latest) ? one : latest),
    undefined,
  );
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
