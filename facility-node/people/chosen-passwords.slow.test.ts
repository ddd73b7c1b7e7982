import { areKnownPasswords } from '@santehaggui/runtime/passwords/known-passwords.ts';
import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, it } from 'vitest';
import { openTestClinic, TEST_PASSWORD } from '../lan/testing/test-clinic.ts';

const nurse = { login: 'awa', role: 'nurse', familyName: 'Dolo', givenName: 'Awa' } as const;
const faulty = (field: string) => ({ code: 'SH-I001', fields: [{ field }] });

describe('a password that somebody chooses', () => {
  it('is none of the 3,000 most used ones of eight characters or more', async () => {
    const used = dictionary['passwords-common'].filter((password) => password.length >= 8).slice(0, 3000);
    const missing: string[] = [];
    for (const password of used) if (!(await areKnownPasswords([password]))) missing.push(password);
    expect([used.length, missing]).toEqual([3000, []]);
  });

  it('is refused for a new account when others would guess it', async () => {
    await using clinic = await openTestClinic();
    for (const password of ['azertyui', 'Awa-Dolo-2026', 'sangha-cscom-1'])
      await expect(clinic.people.createAccount({ ...nurse, password }), password).rejects.toMatchObject(
        faulty('password'),
      );
    expect(clinic.people.list()).toEqual([]);
    await clinic.people.createAccount({ ...nurse, password: TEST_PASSWORD });
  });

  it('may be of any composition and as long as a sentence, and counts to its last character', async () => {
    await using clinic = await openTestClinic();
    const signIn = async (login: string, password: string) =>
      (await clinic.anonymous('POST', '/api/v1/sessions', { body: { login, password } })).status;
    const long = 'le lion de Bandiagara boit au marigot quand la lune est pleine et que les griots dorment encore';
    const passwords = ['tulagobido', '8310274655', '€ß漢字🦁ñ¿¡', long.slice(0, 64), long.repeat(2).slice(0, 200)];
    for (const [index, password] of passwords.entries()) {
      const login = `awa${index}`;
      await clinic.people.createAccount({ ...nurse, login, password });
      expect(await signIn(login, password), password).toBe(201);
      expect(await signIn(login, password.slice(0, -1)), password).toBe(401);
    }
    await expect(
      clinic.people.createAccount({ ...nurse, login: 'awa9', password: long.repeat(3).slice(0, 201) }),
    ).rejects.toMatchObject(faulty('password'));
  });

  it('is refused when its owner takes another, whose former one stays', async () => {
    await using clinic = await openTestClinic();
    await clinic.people.createAccount({ ...nurse, password: TEST_PASSWORD });
    const change = (newPassword: string) =>
      clinic.anonymous('POST', '/api/v1/sessions', { body: { login: 'awa', password: TEST_PASSWORD, newPassword } });
    for (const newPassword of ['iloveyou1', 'Dolo-Sangha-26']) {
      const { status, body } = await change(newPassword);
      expect([status, body.code, body.errors]).toEqual([
        422,
        'SH-I001',
        [expect.objectContaining({ field: 'newPassword' })],
      ]);
    }
    expect(
      (await clinic.anonymous('POST', '/api/v1/sessions', { body: { login: 'awa', password: TEST_PASSWORD } })).status,
    ).toBe(201);
  });
});
