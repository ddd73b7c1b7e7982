import { expect, it } from 'vitest';
import { isStrongPassword } from './password-strength.ts';

const known = ['amadou', 'Guindo', 'cscom_sangha'];

it('takes random words and long sentences of one’s own', async () => {
  expect(await isStrongPassword('soleil-marché-pirogue-hibou-grenier', known)).toBe(true);
  expect(await isStrongPassword('Baobab-Niger-Kora', known)).toBe(true);
});

it('refuses PINs, a word and a year, and what everybody knows of the person', async () => {
  for (const weak of ['123456', 'bamako2024', 'Mopti!2026', 'amadou-guindo-1980', 'AMADOU guindo CSCOM_SANGHA', ''])
    expect(await isStrongPassword(weak, known), weak).toBe(false);
});
