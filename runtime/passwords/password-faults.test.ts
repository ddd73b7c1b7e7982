import { describe, expect, it } from 'vitest';
import { areKnownPasswords } from './known-passwords.ts';
import { faultyPassword, passwordFault } from './password-faults.ts';

const AWA = ['awa.traore', 'Traoré', 'Awa', 'cscom_sangha', 'CSCOM de Sangha'];

describe('a password', () => {
  it('is refused when it is known from breaches, however it is written', async () => {
    for (const password of [
      '12345678',
      'motdepasse',
      'AZERTYUIOP',
      'Password1',
      'iloveyou',
      'trustno1',
      'ｐａｓｓｗｏｒｄ1',
    ])
      expect(await passwordFault(password, []), password).toBe('known');
    // With signs between: the same keys.
    expect(await passwordFault('azer-tyu-iop', [])).toBe('known');
  });

  it('is refused when little of it is left without names, facility and the words of the trade', async () => {
    const refused = [
      'awa-traore-2024',
      'Traoré1990',
      'CSCOM-Sangha-77',
      'Sangha2026!',
      'haggui-admin-1',
      'Infirmière-Mali-7',
    ];
    for (const password of refused) expect(await passwordFault(password, AWA), password).toBe('context');
    // What is left is itself known.
    expect(await passwordFault('awa12345678', AWA)).toBe('known');
  });

  it('does when it is its own, also with such a word in it', async () => {
    for (const password of [
      'Baobab-Niger-Kora',
      'un mot de passe long',
      'kawasaki-moto-12',
      'x7#pQ9x2',
      'Awa et le lion de Sangha',
    ])
      expect(await passwordFault(password, AWA), password).toBeUndefined();
  });

  it('is told with the field it came in, in both languages', async () => {
    expect(await faultyPassword('motdepasse', { own: [], field: 'newPassword' })).toEqual({
      field: 'newPassword',
      message: { fr: expect.stringContaining('connus'), en: expect.stringContaining('known') },
    });
  });
});

describe('the list of known passwords', () => {
  it('takes hardly any other password for one of its own', async () => {
    const others = Array.from({ length: 200 }, (_, index) => `calebasse ${index} pirogue ${index * 7919}`);
    const taken: string[] = [];
    for (const password of others) if (await areKnownPasswords([password])) taken.push(password);
    expect(taken.length).toBeLessThan(3);
  });
});
