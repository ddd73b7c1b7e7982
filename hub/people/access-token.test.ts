import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_SECONDS, readAccessToken, signAccessToken, type TokenIssuer } from './access-token.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const HUB = 'hub_mopti';
const key = generateKeyPairSync('ed25519');
const former = generateKeyPairSync('ed25519');
const issuer: TokenIssuer = { hub: HUB, ...key, former: { publicKey: former.publicKey, untilMs: NOW_MS + 60_000 } };

const GOOD = { typ: 'at+jwt', iss: HUB, aud: HUB };

/** A token that a key of the hub has signed, whatever it says. */
const signed = ({ typ, iss, aud }: typeof GOOD, privateKey: KeyObject = key.privateKey): Promise<string> =>
  new SignJWT({ pv: 3 })
    .setProtectedHeader({ alg: 'EdDSA', typ })
    .setIssuer(iss)
    .setAudience(aud)
    .setSubject('drs.mopti')
    .setIssuedAt(NOW_MS / 1000)
    .setExpirationTime(NOW_MS / 1000 + ACCESS_TOKEN_SECONDS)
    .sign(privateKey);

describe('a token of the hub', () => {
  const claims = { login: 'drs.mopti', version: 3 };

  it('says whose it is for ten minutes, under the present key, and the former until its time', async () => {
    const token = await signAccessToken(claims, issuer, NOW_MS);
    expect(await readAccessToken(token, issuer, NOW_MS)).toEqual(claims);
    expect(await readAccessToken(token, issuer, NOW_MS + 11 * 60_000)).toBeUndefined();
    const before = await signed(GOOD, former.privateKey);
    expect(await readAccessToken(before, issuer, NOW_MS)).toEqual(claims);
    expect(await readAccessToken(before, issuer, NOW_MS + 60_000)).toBeUndefined();
  });

  it.each([
    ['of another kind', { typ: 'invitation+jwt' }],
    ['of no kind', { typ: 'JWT' }],
    ['of another hub', { iss: 'hub_segou' }],
    ['for another hub', { aud: 'hub_segou' }],
  ])('%s is none, although this hub’s key has signed it', async (_, other) => {
    for (const { privateKey } of [key, former])
      expect(await readAccessToken(await signed({ ...GOOD, ...other }, privateKey), issuer, NOW_MS)).toBeUndefined();
  });

  it('is none under another’s signature', async () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    expect(await readAccessToken(await signed(GOOD, stranger), issuer, NOW_MS)).toBeUndefined();
  });
});
