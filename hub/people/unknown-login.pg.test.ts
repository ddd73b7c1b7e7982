import { expect, it, vi } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';

/** What each password was tried against: the cost of that hash. */
const tried = vi.hoisted((): string[] => []);

vi.mock('@santehaggui/runtime/passwords/password.ts', async (original) => {
  const actual = await original<typeof import('@santehaggui/runtime/passwords/password.ts')>();
  return {
    ...actual,
    verifyPassword: (password: string, phc: string) => {
      tried.push(phc.split('$')[3] ?? '');
      return actual.verifyPassword(password, phc);
    },
  };
});

it('is answered as a wrong password is, after the same work', async () => {
  await using hub = await TestHub.start(composeHub);
  const account = { login: 'drs.mopti', password: 'Baobab-Niger-Kora', role: 'region', region: 'Mopti' };
  await hub.operator('POST', '/users', account);
  const workFor = async (login: string) => {
    tried.length = 0;
    const answer = await fetch(`${hub.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password: 'not the password' }),
    });
    const { code } = (await answer.json()) as { readonly code: string };
    return { status: answer.status, code, tried: [...tried] };
  };
  const known = await workFor('drs.mopti');
  expect(known).toMatchObject({ status: 401, code: 'SH-A301', tried: [expect.stringMatching(/^m=\d+/)] });
  expect(await workFor('nobody.here')).toEqual(known);
});
