import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

/** What a token says; everything else about its bearer is looked up at each request. */
export type AccessClaims = { readonly login: string; readonly version: number };

/** The key pair that signs tokens, the one before, which verifies until its time, and the hub that they are for. */
export type TokenIssuer = {
  readonly hub: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly former?: { readonly publicKey: KeyObject; readonly untilMs: number } | undefined;
};

/** How long a token serves. */
export const ACCESS_TOKEN_SECONDS = 600;

/** A signed access token (RFC 9068 `at+jwt`, EdDSA). */
export function signAccessToken({ login, version }: AccessClaims, issuer: TokenIssuer, nowMs: number): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1000);
  return new SignJWT({ pv: version })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
    .setIssuer(issuer.hub)
    .setAudience(issuer.hub)
    .setSubject(login)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
    .sign(issuer.privateKey);
}

/** What a good token says; undefined for one that is forged, expired, of another hub or of another kind. */
export async function readAccessToken(
  token: string,
  issuer: TokenIssuer,
  nowMs: number,
): Promise<AccessClaims | undefined> {
  const { hub, publicKey, former } = issuer;
  const claims = await readUnder(publicKey, { token, hub, nowMs });
  if (claims !== undefined || former === undefined || former.untilMs <= nowMs) return claims;
  return readUnder(former.publicKey, { token, hub, nowMs });
}

async function readUnder(
  key: KeyObject,
  { token, hub, nowMs }: { readonly token: string; readonly hub: string; readonly nowMs: number },
): Promise<AccessClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      audience: hub,
      issuer: hub,
      currentDate: new Date(nowMs),
      // A clock that was set back must not lengthen a token's life.
      maxTokenAge: ACCESS_TOKEN_SECONDS,
      clockTolerance: 5,
      requiredClaims: ['exp', 'iat', 'sub', 'pv'],
    });
    const { sub, pv } = payload;
    return typeof sub === 'string' && typeof pv === 'number' ? { login: sub, version: pv } : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
