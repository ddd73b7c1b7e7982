import { randomBytes } from 'node:crypto';
import { recoveryWords } from '@santehaggui/protocols/crypto/recovery-words.ts';

const WORDS = 4;

/** Words that can be read out over the phone and typed on any keyboard: 44 random bits, for what waits after wrong ones. */
export function spokenPassword(): string {
  const words = recoveryWords(new Uint8Array(randomBytes(16))).slice(0, WORDS);
  return words.join('-').normalize('NFD').replaceAll(/\p{M}/gu, '');
}
