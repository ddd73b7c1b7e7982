import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
} from '@peculiar/asn1-x509';

/** A certificate and its private key: PEM, and PKCS #8 in PEM. */
export type IssuedCertificate = { readonly certificate: string; readonly privateKey: string };

/** From when to when a certificate holds; milliseconds since 1970. */
export type ValidFor = { readonly notBefore: number; readonly notAfter: number };

/** What an authority may sign for: these names with all below them, these addresses (`10.0.0.0/8`), and nothing else. */
export type PermittedNames = { readonly names: readonly string[]; readonly networks: readonly string[] };

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
/** RFC 5280 §4.1.2.4: the version of a certificate with extensions. */
const V3 = 2;

/**
 * Makes a root authority of its own (RFC 5280), ECDSA P-256 because phones' system stores take no Ed25519. It can sign
 * servers only, no other authority, and only for what it is permitted: the extension is critical, so that who does not
 * understand it refuses the certificate.
 */
export function issueAuthority({
  commonName,
  permitted,
  ...validFor
}: ValidFor & { readonly commonName: string; readonly permitted: PermittedNames }): IssuedCertificate {
  const keys = newKeys();
  const subtrees = [
    ...permitted.names.map((dNSName) => new GeneralName({ dNSName })),
    ...permitted.networks.map((iPAddress) => new GeneralName({ iPAddress })),
  ].map((base) => new GeneralSubtree({ base, minimum: 0 }));
  const subject = nameOf(commonName);
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), 'critical'),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign), 'critical'),
    extension(
      id_ce_nameConstraints,
      new NameConstraints({ permittedSubtrees: new GeneralSubtrees(subtrees) }),
      'critical',
    ),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifierOf(keys.spki))),
  ];
  return signed({ subject, issuer: subject, keys, signer: keys.privateKey, extensions, ...validFor });
}

/** Makes a TLS server's certificate for names and addresses, signed by an authority that {@link issueAuthority} made. */
export function issueServerCertificate({
  authority,
  commonName,
  names,
  addresses,
  ...validFor
}: ValidFor & {
  readonly authority: IssuedCertificate;
  readonly commonName: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}): IssuedCertificate {
  const keys = newKeys();
  const issuer = AsnConvert.parse(new X509Certificate(authority.certificate).raw, Certificate);
  const alternatives = new SubjectAlternativeName([
    ...names.map((dNSName) => new GeneralName({ dNSName })),
    ...addresses.map((iPAddress) => new GeneralName({ iPAddress })),
  ]);
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), 'critical'),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), 'critical'),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(id_ce_subjectAltName, alternatives),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifierOf(keys.spki))),
    extension(
      id_ce_authorityKeyIdentifier,
      new AuthorityKeyIdentifier({
        keyIdentifier: new KeyIdentifier(
          keyIdentifierOf(Buffer.from(AsnConvert.serialize(issuer.tbsCertificate.subjectPublicKeyInfo))),
        ),
      }),
    ),
  ];
  return signed({
    subject: nameOf(commonName),
    issuer: issuer.tbsCertificate.subject,
    keys,
    signer: authority.privateKey,
    extensions,
    ...validFor,
  });
}

type Keys = { readonly spki: Buffer; readonly privateKey: string };

function newKeys(): Keys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    spki: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

/** RFC 5280 §4.2.1.2 leaves the method open; the first 20 bytes of SHA-256 over the key, as RFC 7093 §2 has it. */
function keyIdentifierOf(spki: Buffer): Buffer {
  return createHash('sha256').update(spki).digest().subarray(0, 20);
}

function extension(extnID: string, value: object, critical?: 'critical'): Extension {
  return new Extension({
    extnID,
    critical: critical !== undefined,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}

function signed({
  subject,
  issuer,
  keys,
  signer,
  extensions,
  notBefore,
  notAfter,
}: ValidFor & {
  readonly subject: Name;
  readonly issuer: Name;
  readonly keys: Keys;
  readonly signer: string;
  readonly extensions: readonly Extension[];
}): IssuedCertificate {
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const serialNumber = randomBytes(16);
  // RFC 5280 §4.1.2.2: positive, and not zero.
  serialNumber[0] = ((serialNumber[0] ?? 0) & 0x7f) | 0x40;
  const tbsCertificate = new TBSCertificate({
    version: V3,
    serialNumber: exactBytes(serialNumber),
    signature: algorithm,
    issuer,
    validity: new Validity({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(keys.spki, SubjectPublicKeyInfo),
    extensions: new Extensions([...extensions]),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), signer);
  const whole = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: exactBytes(signature),
  });
  return {
    certificate: new X509Certificate(Buffer.from(AsnConvert.serialize(whole))).toString(),
    privateKey: keys.privateKey,
  };
}

/** The bytes in a buffer of their own: a Buffer of Node may be a window on a larger one. */
function exactBytes(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
