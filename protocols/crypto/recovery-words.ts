import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/french.js';

const WORDS = 12;

/** Twelve French words (BIP-39, the last carries a checksum) for 16 random bytes: what is printed and kept in a sealed envelope. */
export function recoveryWords(entropy: Uint8Array): readonly string[] {
  if (entropy.length !== 16) throw new RangeError('16 random bytes are expected');
  return entropyToMnemonic(entropy, wordlist).normalize('NFC').split(/\s+/u);
}

/** Why some words are no recovery words: how many there are, and the places (from 1) of those that are not in the list. */
export type RecoveryWordsFault = { readonly count: number; readonly unknown: readonly number[] };

/**
 * The 16 bytes behind recovery words as somebody typed them: without accents, in capitals, with any spaces, numbers and dots. Undefined
 * when they are not twelve words of the list or one was mistaken for another.
 */
export function recoveryEntropy(words: string): Uint8Array | undefined {
  const known = typedWords(words).map((word) => BY_PLAIN_SPELLING.get(word));
  if (known.length !== WORDS || known.includes(undefined)) return undefined;
  try {
    return mnemonicToEntropy(known.join(' '), wordlist);
  } catch {
    return undefined;
  }
}

/** What is wrong with words as somebody typed them; undefined where nothing is. No word is told. */
export function recoveryWordsFault(words: string): RecoveryWordsFault | undefined {
  if (recoveryEntropy(words) !== undefined) return undefined;
  const typed = typedWords(words);
  const unknown = typed.flatMap((word, index) => (BY_PLAIN_SPELLING.has(word) ? [] : [index + 1]));
  return { count: typed.length, unknown };
}

function typedWords(text: string): readonly string[] {
  return plain(text).match(/\p{L}+/gu) ?? [];
}

/** The list has no two words that differ only in their accents. */
const BY_PLAIN_SPELLING: ReadonlyMap<string, string> = new Map(wordlist.map((word) => [plain(word), word]));

function plain(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
