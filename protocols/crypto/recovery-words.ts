import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/french.js';

const WORDS = 12;

/** Twelve French words (BIP-39, the last carries a checksum) for 16 random bytes: what is printed and kept in a sealed envelope. */
export function recoveryWords(entropy: Uint8Array): readonly string[] {
  if (entropy.length !== 16) throw new RangeError('16 random bytes are expected');
  return entropyToMnemonic(entropy, wordlist).normalize('NFC').split(/\s+/u);
}

/**
 * The 16 bytes behind recovery words as somebody typed them: without accents, in capitals, with any spaces. Undefined when they
 * are not twelve words of the list or one was mistaken for another.
 */
export function recoveryEntropy(words: string): Uint8Array | undefined {
  const typed = words.trim().split(/[\s,;.]+/u);
  const known = typed.map((word) => BY_PLAIN_SPELLING.get(plain(word)));
  if (typed.length !== WORDS || known.includes(undefined)) return undefined;
  try {
    return mnemonicToEntropy(known.join(' '), wordlist);
  } catch {
    return undefined;
  }
}

/** The list has no two words that differ only in their accents. */
const BY_PLAIN_SPELLING: ReadonlyMap<string, string> = new Map(wordlist.map((word) => [plain(word), word]));

function plain(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
