import { wordlist } from '@scure/bip39/wordlists/french.js';
import { sha256 } from './hash.ts';

/**
 * Six French words (BIP-39 list, 66 bits) over the public keys of hub and node, the hub's first: what both screens show
 * after enrolment and what people read out to each other over the phone.
 */
export function fingerprintWords(hubKey: Uint8Array, nodeKey: Uint8Array): readonly string[] {
  const digest = sha256('SH1-fingerprint', hubKey, nodeKey);
  let bits = 0n;
  for (const byte of digest.subarray(0, 9)) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: 6 }, (_, index) =>
    (wordlist[Number((bits >> BigInt(index * 11)) & 2047n)] as string).normalize('NFC'),
  );
}
