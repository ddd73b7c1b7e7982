import { expect, it, vi } from 'vitest';
import { openTestClinic } from '../lan/testing/test-clinic.ts';

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
  await using clinic = await openTestClinic();
  await clinic.as('nurse');
  const workFor = async (login: string) => {
    tried.length = 0;
    const { status, body } = await clinic.anonymous('POST', '/api/v1/sessions', {
      body: { login, password: 'not the password' },
    });
    return { status, body, tried: [...tried] };
  };
  const known = await workFor('nurse');
  expect(known).toMatchObject({ status: 401, body: { code: 'SH-A150' }, tried: [expect.stringMatching(/^m=\d+/)] });
  expect(await workFor('nobody.here')).toEqual({ ...known, body: expect.objectContaining({ code: 'SH-A150' }) });
});
