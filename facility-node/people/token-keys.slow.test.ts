import { describe, expect, it } from 'vitest';
import { openTestClinic, TEST_PASSWORD } from '../lan/testing/test-clinic.ts';
import { TokenKeyStore } from './token-key-store.ts';

const MINUTE_MS = 60_000;
const address = { address: null, requestId: 'test' };

describe('the key of access tokens', () => {
  it('is replaced without putting anybody out, and forgotten once no token of its can live', async () => {
    await using clinic = await openTestClinic();
    const { sessions, signIn: staffSignIn, clock, store } = clinic;
    await clinic.as('nurse');
    const signIn = async () =>
      (await staffSignIn.signInAtMachine({ login: 'nurse', password: TEST_PASSWORD, requestId: 'test' })).answer;
    const kidOf = (token: string): string =>
      JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
    const before = await signIn();
    const count = () => new TokenKeyStore(store.db).all().length;
    const isGood = ({ accessToken }: { readonly accessToken: string }): Promise<boolean> =>
      sessions.authenticate(`Bearer ${accessToken}`, address).then(
        () => true,
        () => false,
      );
    expect(await isGood(before)).toBe(true);

    await clock.advance(MINUTE_MS);
    sessions.replaceTokenKey();
    const after = await signIn();
    expect(kidOf(after.accessToken)).not.toBe(kidOf(before.accessToken));
    expect([await isGood(before), await isGood(after), count()]).toEqual([true, true, 2]);

    await clock.advance(30 * MINUTE_MS);
    sessions.replaceTokenKey();
    expect(count()).toBe(2);
    expect(new TokenKeyStore(store.db).all().map(({ kid }) => kid)).not.toContain(kidOf(before.accessToken));
  });

  it('stays the old one when the new one cannot be written', async () => {
    await using clinic = await openTestClinic();
    const { sessions, store, clock } = clinic;
    sessions.replaceTokenKey();
    await clock.advance(MINUTE_MS);
    const before = new TokenKeyStore(store.db).all();
    store.db.exec(`create trigger full before insert on token_key begin select raise(abort, 'disk'); end`);
    expect(() => sessions.replaceTokenKey()).toThrow('disk');
    expect(new TokenKeyStore(store.db).all()).toEqual(before);
    store.db.exec('drop trigger full');
    sessions.replaceTokenKey();
    expect(new TokenKeyStore(store.db).all()).toHaveLength(2);
  });
});
