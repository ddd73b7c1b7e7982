import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recoveryEntropy, recoveryWords, recoveryWordsFault } from './recovery-words.ts';

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

it('reads them as they are printed: with their numbers, with hyphens, with a full stop', () => {
  const entropy = Uint8Array.from({ length: 16 }, (_, index) => index * 7);
  const words = recoveryWords(entropy);
  const numbered = words.map((word, index) => `${index + 1}. ${word}`);
  for (const typed of [numbered.join('\n'), `${words.join(' - ')}.`, words.map((word) => `${word}, `).join('')])
    expect(recoveryEntropy(typed)).toEqual(entropy);
});

it('says what is wrong with them, and no word', () => {
  const words = recoveryWords(new Uint8Array(16));
  expect(recoveryWordsFault(words.join(' '))).toBeUndefined();
  expect(recoveryWordsFault(words.slice(1).join(' '))).toEqual({ count: 11, unknown: [] });
  const typed = words.map((word, index) => (index === 2 || index === 6 ? `${word}x` : word));
  expect(recoveryWordsFault(typed.join(' '))).toEqual({ count: 12, unknown: [3, 7] });
  expect(recoveryWordsFault('abaisser '.repeat(12))).toEqual({ count: 12, unknown: [] });
});
