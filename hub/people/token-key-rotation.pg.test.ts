import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';

const user = { login: 'issa', password: 'soleil-marché-pirogue-hibou', role: 'ministry' };
const clock = new FakeClock(Date.UTC(2026, 10, 26, 8));
let hub: TestHub;

const signIn = async (): Promise<string> => (await hub.tokenOf(user.login, user.password)).authorization;
const statusWith = async (token: string): Promise<number> => {
  const path = '/api/v1/consolidated/weekly?week=2026-W47';
  return (await fetch(`${hub.url}${path}`, { headers: { authorization: token } })).status;
};
const rotate = (isCompromised: boolean) => hub.operator('POST', '/keys/rotate-tokens', { isCompromised });
const identity = (): { tokenSeed: string; formerToken?: { seed: string } } =>
  JSON.parse(readFileSync(join(hub.data, 'identity', 'hub.json'), 'utf8'));

describe('the key of access tokens at the hub', () => {
  beforeAll(async () => {
    hub = await TestHub.start(composeHub, clock);
    await hub.operator('POST', '/users', user);
  }, 120_000);
  afterAll(() => hub[Symbol.asyncDispose]());

  it('is replaced without signing anybody out, and the one before ends with its tokens', async () => {
    const before = await signIn();
    const { tokenSeed } = identity();
    expect(await statusWith(before)).toBe(200);
    await rotate(false);
    expect(identity()).toMatchObject({ formerToken: { seed: tokenSeed } });
    expect(identity().tokenSeed).not.toBe(tokenSeed);
    const after = await signIn();
    expect([await statusWith(before), await statusWith(after)]).toEqual([200, 200]);
    await rotate(false);
    // Two keys ago: out, though it would live for minutes yet.
    expect([await statusWith(before), await statusWith(after)]).toEqual([401, 200]);
    await clock.advance(11 * 60_000);
    expect(await statusWith(after)).toBe(401);
  });

  it('is of no use from one moment to the next when a stranger may have it', async () => {
    const before = await signIn();
    await rotate(true);
    expect(await statusWith(before)).toBe(401);
    expect(identity().formerToken).toBeUndefined();
    expect(await statusWith(await signIn())).toBe(200);
  });
});
