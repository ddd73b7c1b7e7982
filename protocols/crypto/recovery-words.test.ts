import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recoveryEntropy, recoveryWords } from './recovery-words.ts';

it('gives back the bytes of the words, however they are typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (entropy) => {
      const words = recoveryWords(entropy);
      expect(words).toHaveLength(12);
      expect(recoveryEntropy(words.join(' '))).toEqual(entropy);
      const typed = words.map((word) => word.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase()).join('\n');
      expect(recoveryEntropy(`  ${typed} `)).toEqual(entropy);
    }),
  );
});

it('is the published list: a vector of BIP-39', () => {
  expect(recoveryWords(new Uint8Array(16)).join(' ')).toBe(`${'abaisser '.repeat(11)}abeille`);
});

it('notices a word too few, a word of no list and two words exchanged', () => {
  const words = [...recoveryWords(Uint8Array.from({ length: 16 }, (_, index) => index * 7))];
  expect(recoveryEntropy(words.slice(1).join(' '))).toBeUndefined();
  expect(recoveryEntropy(['baobab', ...words.slice(1)].join(' '))).toBeUndefined();
  const [first = '', second = '', ...rest] = words;
  expect(recoveryEntropy([second, first, ...rest].join(' '))).toBeUndefined();
});
