import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_SECONDS, readAccessToken, signAccessToken } from './access-token.ts';

const key = { kid: 'k1', ...generateKeyPairSync('ed25519') };
const NOW_MS = Date.UTC(2026, 5, 1);
const SANGHA = 'cscom_sangha';

type Token = Readonly<Record<'typ' | 'iss' | 'aud' | 'sub', string>> & { readonly kid: string };

const GOOD: Token = { typ: 'at+jwt', iss: SANGHA, aud: SANGHA, sub: '7', kid: 'k1' };

/** A token that the node's own key has signed, whatever it says. */
const signed = ({ typ, iss, aud, sub, kid }: Token, privateKey: KeyObject = key.privateKey): Promise<string> =>
  new SignJWT({ sid: 's', pv: 1 })
    .setProtectedHeader({ alg: 'EdDSA', typ, kid })
    .setIssuer(iss)
    .setAudience(aud)
    .setSubject(sub)
    .setIssuedAt(NOW_MS / 1000)
    .setExpirationTime(NOW_MS / 1000 + ACCESS_TOKEN_SECONDS)
    .sign(privateKey);

const read = (token: string, nowMs = NOW_MS) =>
  readAccessToken(token, { keyOf: (kid) => (kid === 'k1' ? key : undefined), facilityCode: SANGHA, nowMs });

describe('an access token', () => {
  it('says whose session it is for ten minutes', async () => {
    const claims = { accountId: 7, sessionId: 's', permissionVersion: 1 };
    const token = await signAccessToken(claims, { key, facilityCode: SANGHA, nowMs: NOW_MS });
    expect(await read(token)).toEqual(claims);
    expect(await read(await signed(GOOD))).toEqual(claims);
    expect(await read(token, NOW_MS + 11 * 60_000)).toBeUndefined();
    expect(await read(token, NOW_MS - 11 * 60_000)).toBeUndefined();
  });

  it.each([
    ['of another kind', { typ: 'refresh+jwt' }],
    ['of no kind', { typ: 'JWT' }],
    ['of another facility', { iss: 'csref_djenne' }],
    ['for another facility', { aud: 'csref_djenne' }],
    ['of nobody', { sub: 'nurse' }],
    ['under a key that there is not', { kid: 'k2' }],
  ])('%s is none, although this node’s key has signed it', async (_, other) => {
    expect(await read(await signed({ ...GOOD, ...other }))).toBeUndefined();
  });

  it('is none under another’s signature', async () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    expect(await read(await signed(GOOD, stranger))).toBeUndefined();
  });
});
