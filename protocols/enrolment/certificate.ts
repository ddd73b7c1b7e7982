import { z } from 'zod';
import { decodeCbor, encodeCbor } from '../cbor.ts';
import { fromHex, toHex } from '../crypto/bytes.ts';
import { isSignedBy, sign } from '../crypto/sodium.ts';
import { bytes, list, natural, text } from '../frames/message-parts.ts';

/** What a hub certifies as it enrols a node: which node, with which keys, of which facility. */
export type EnrolmentCertificate = {
  /** The facility's code, and the id of its record. */
  readonly facility: string;
  readonly facilityId: string;
  readonly name: string;
  readonly kind: string;
  readonly region: string;
  readonly referralTarget: string | null;
  readonly node: number;
  /** 32 bytes each: the node's Ed25519 key, and the key that the hashes of its chain are made with. */
  readonly signKey: Uint8Array;
  readonly journalKey: Uint8Array;
  /** By the hub's clock, in milliseconds since 1970. */
  readonly enrolledAt: number;
};

const LABEL = 'SH-enrolled-1';
const SIGNATURE_BYTES = 64;

/** The certificate in hexadecimal: its bytes, then the hub's Ed25519 signature over them. */
export function writeCertificate(certificate: EnrolmentCertificate, privateKey: Uint8Array): string {
  const { facility, facilityId, name, kind, region, referralTarget } = certificate;
  const { node, signKey, journalKey, enrolledAt } = certificate;
  const what = [facility, facilityId, name, kind, region, referralTarget];
  const content = encodeCbor([LABEL, ...what, node, signKey, journalKey, enrolledAt]);
  return toHex(content) + toHex(sign(content, privateKey));
}

/** What a hub with that key has certified; undefined where it has not. */
export function readCertificate(hex: string, hubKey: Uint8Array): EnrolmentCertificate | undefined {
  const signed = fromHex(hex);
  const content = signed.subarray(0, Math.max(0, signed.length - SIGNATURE_BYTES));
  if (!isSignedBy(hubKey, content, signed.subarray(content.length))) return undefined;
  try {
    const [label, facility, facilityId, name, kind, region, referralTarget, ...rest] = list(decodeCbor(content));
    const [node, signKey, journalKey, enrolledAt] = rest;
    if (text(label) !== LABEL) return undefined;
    return {
      ...{ facility: text(facility), facilityId: text(facilityId), name: text(name), kind: text(kind) },
      ...{ region: text(region), referralTarget: referralTarget === null ? null : text(referralTarget) },
      ...{ node: natural(node), signKey: bytes(signKey, 32), journalKey: bytes(journalKey, 32) },
      enrolledAt: natural(enrolledAt),
    };
  } catch {
    return undefined;
  }
}

/**
 * `POST /api/v1/enrolment/again`: a node that a hub does not know, which was put back to a backup, shows its certificate. `{sealed}` is
 * the JSON of this, sealed to the hub's X25519 key, `{signature}` the node's Ed25519 signature over the sealed bytes (both hex).
 * `linkKey` is its X25519 key of today.
 */
export const readmissionRequest = z.strictObject({
  certificate: z
    .string()
    .regex(/^(?:[0-9a-f]{2})+$/)
    .max(4096),
  linkKey: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The answer: the hub knows the node again. It proves itself in the HELLO that follows. */
export const readmissionAnswer = z.object({ facility: z.string() });

/** What a hub says as it closes a connection whose HELLO names a node that it does not know. */
export const UNKNOWN_NODE = 'no such node';
