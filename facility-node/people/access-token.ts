import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

/** What an access token says; everything else about its bearer is looked up at each request. */
export type AccessClaims = {
  readonly accountId: number;
  readonly sessionId: string;
  /** The account's permission version when the token was made. */
  readonly permissionVersion: number;
};

/** How long an access token serves. */
export const ACCESS_TOKEN_SECONDS = 600;

const CLOCK_TOLERANCE_SECONDS = 5;

/** One key pair that signs or has signed access tokens. */
export type TokenKey = { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject };

/** A signed access token (RFC 9068 `at+jwt`, EdDSA) for one facility, good for {@link ACCESS_TOKEN_SECONDS}. */
export function signAccessToken(
  claims: AccessClaims,
  { key, facilityCode, nowMs }: { readonly key: TokenKey; readonly facilityCode: string; readonly nowMs: number },
): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1000);
  return new SignJWT({ sid: claims.sessionId, pv: claims.permissionVersion })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid })
    .setIssuer(facilityCode)
    .setAudience(facilityCode)
    .setSubject(String(claims.accountId))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
    .sign(key.privateKey);
}

/**
 * What a good token says; undefined for one that is forged, expired, of another facility, of another kind, or signed by
 * a key that is not in `keyOf`. The header's own `jku`, `jwk` and `x5u` are never followed.
 */
export async function readAccessToken(
  token: string,
  {
    keyOf,
    facilityCode,
    nowMs,
  }: {
    readonly keyOf: (kid: string) => TokenKey | undefined;
    readonly facilityCode: string;
    readonly nowMs: number;
  },
): Promise<AccessClaims | undefined> {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = kid === undefined ? undefined : keyOf(kid);
        if (key === undefined) throw new errors.JWSSignatureVerificationFailed();
        return key.publicKey;
      },
      {
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        audience: facilityCode,
        issuer: facilityCode,
        currentDate: new Date(nowMs),
        // A clock that was set back must not lengthen a token's life.
        maxTokenAge: ACCESS_TOKEN_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'iat', 'sub', 'sid', 'pv'],
      },
    );
    const { sub, sid, pv } = payload;
    if (typeof sid !== 'string' || typeof pv !== 'number' || !/^\d{1,15}$/.test(sub ?? '')) return undefined;
    return { accountId: Number(sub), sessionId: sid, permissionVersion: pv };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
