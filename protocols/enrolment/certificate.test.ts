import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../cbor.ts';
import { toHex } from '../crypto/bytes.ts';
import { sign, signKeysFromSeed, sodiumReady } from '../crypto/sodium.ts';
import { type EnrolmentCertificate, readCertificate, writeCertificate } from './certificate.ts';

await sodiumReady();
const HUB = signKeysFromSeed(new Uint8Array(32).fill(1));
const CERTIFICATE: EnrolmentCertificate = {
  ...{ facility: 'cscom_sangha', facilityId: '00000000-0000-8000-8000-000000000001', name: 'CSCOM de Sangha' },
  ...{ kind: 'cscom', region: 'Mopti', referralTarget: null, node: 77, enrolledAt: 5 },
  signKey: new Uint8Array(32).fill(2),
  journalKey: new Uint8Array(32).fill(3),
};

describe('an enrolment certificate', () => {
  it('says what the hub signed', () => {
    const written = writeCertificate(CERTIFICATE, HUB.privateKey);
    expect(readCertificate(written, HUB.publicKey)).toEqual(CERTIFICATE);
    const target = { ...CERTIFICATE, referralTarget: 'csref_djenne' };
    expect(readCertificate(writeCertificate(target, HUB.privateKey), HUB.publicKey)).toEqual(target);
  });

  it('is nothing with one bit flipped, of another hub, or cut short', () => {
    const written = writeCertificate(CERTIFICATE, HUB.privateKey);
    const flipped = written.slice(0, 30) + (written[30] === '0' ? '1' : '0') + written.slice(31);
    const other = signKeysFromSeed(new Uint8Array(32).fill(9));
    expect(readCertificate(flipped, HUB.publicKey)).toBeUndefined();
    expect(readCertificate(written, other.publicKey)).toBeUndefined();
    expect(readCertificate('aa', HUB.publicKey)).toBeUndefined();
  });

  it('is nothing that the hub signed for another purpose', () => {
    const content = encodeCbor(['SH-checkpoint-1', 0, 1]);
    expect(readCertificate(toHex(content) + toHex(sign(content, HUB.privateKey)), HUB.publicKey)).toBeUndefined();
  });
});
