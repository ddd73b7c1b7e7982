import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PasskeyAssertion, PasskeyRegistration } from '@santehaggui/protocols/api/passkeys-api.ts';
import { encodeCbor } from '@santehaggui/protocols/cbor.ts';

type Key = { readonly id: Buffer; readonly userHandle: string; readonly host: string; readonly privateKey: KeyObject };

/** What a page asks for, as it gives it to the browser. */
type Options = Readonly<Record<string, unknown>>;

/** What a test may have done wrongly. */
type Deceit = { readonly origin?: string; readonly isVerified?: boolean; readonly counter?: number };

/** A browser with an authenticator in it, as far as a server can tell: ES256 (W3C WebAuthn level 3, §6.1), one counter for all passkeys. */
export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #keys: Key[] = [];
  #counter = 0;

  /** `origin` is where the page is. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Makes a passkey. */
  register(options: Options, deceit: Deceit = {}): PasskeyRegistration {
    const { challenge, rp, user } = options as { challenge: string; rp: { id: string }; user: { id: string } };
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
    const key = { id: randomBytes(16), userHandle: user.id, host: rp.id, privateKey };
    this.#keys.push(key);
    // RFC 9052 §7: kty EC2, alg ES256, crv P-256, x, y.
    const cose = encodeCbor(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ]),
    );
    const attested = Buffer.concat([Buffer.alloc(16), uint16(key.id.length), key.id, cose]);
    const authData = Buffer.concat([this.#authenticatorData(key.host, 0x40, deceit), attested]);
    const statement = { fmt: 'none', attStmt: new Map(), authData: new Uint8Array(authData) };
    return {
      ...named(key),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', challenge, deceit).toString('base64url'),
        attestationObject: Buffer.from(encodeCbor(statement)).toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  /** Uses the passkey that was made last. */
  assert(options: Options, deceit: Deceit = {}): PasskeyAssertion {
    const { challenge } = options as { challenge: string };
    const key = this.#keys.at(-1);
    if (key === undefined) throw new Error('there is no passkey');
    const clientData = this.#clientData('webauthn.get', challenge, deceit);
    const authenticatorData = this.#authenticatorData(key.host, 0, deceit);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    return {
      ...named(key),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, key.privateKey).toString('base64url'),
        userHandle: key.userHandle,
      },
    };
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Deceit): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  /** User present 0x01, verified 0x04. */
  #authenticatorData(host: string, flags: number, { isVerified = true, counter }: Deceit): Buffer {
    this.#counter = counter ?? this.#counter + 1;
    const tail = Buffer.alloc(5);
    tail.writeUInt8(flags | 0x01 | (isVerified ? 0x04 : 0));
    tail.writeUInt32BE(this.#counter, 1);
    return Buffer.concat([createHash('sha256').update(host).digest(), tail]);
  }
}

function named({ id }: Key) {
  const text = id.toString('base64url');
  return { id: text, rawId: text, type: 'public-key', clientExtensionResults: {} } as const;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
