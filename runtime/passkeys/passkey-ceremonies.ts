import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { PasskeyAssertion, PasskeyRegistration } from '@santehaggui/protocols/api/passkeys-api.ts';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { failRuntime } from '../errors/runtime-errors.ts';
import type { Clock } from '../time/clock.ts';
import { ChallengeBook } from './challenge-book.ts';

/** For whom passkeys are (WebAuthn's relying party): the host that browsers know, and what people call it. */
export type PasskeyParty = { readonly host: string; readonly name: string };

/** The host that a browser asked for (`Host`, which a page cannot choose), and whether over HTTPS. */
export type PageAddress = { readonly host: string | undefined; readonly isSecure: boolean };

/** What is kept of a passkey: `id` base64url, the public key COSE (RFC 9052), the last counter that it told. */
export type PasskeyCredential = {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly isBackedUp: boolean;
  /** What the passkey itself remembers of the account and tells at each use: random, the same for all of one account. */
  readonly userHandle: Uint8Array;
};

/** Whose passkey is made, and which that account has already. */
export type PasskeyOwner = {
  readonly login: string;
  readonly known: readonly Pick<PasskeyCredential, 'id' | 'userHandle'>[];
};

/** ES256, EdDSA, RS256 (COSE algorithms): what authenticators have. */
const ALGORITHMS = [-7, -8, -257];
const MOST_HANDLES = 1000;

/**
 * Making and using passkeys (W3C WebAuthn level 3, §7.1 and §7.2): found by the browser without a login, and never without the person's
 * finger, face or code (user verification), so that one is two factors. Where they come from is not asked (no attestation).
 */
export class PasskeyCeremonies {
  readonly #party: PasskeyParty;
  readonly #challenges: ChallengeBook;
  /** Of accounts whose first passkey is being made, by purpose. */
  readonly #handles = new Map<string, Uint8Array>();

  constructor({ party, clock }: { readonly party: PasskeyParty; readonly clock: Clock }) {
    this.#party = party;
    this.#challenges = new ChallengeBook(clock);
  }

  /** What the browser needs to make a passkey for that purpose; no device makes a second one for an account that it has one for. */
  async registrationOptions(
    purpose: string,
    { login, known }: PasskeyOwner,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { generateRegistrationOptions } = await library();
    const options = await generateRegistrationOptions({
      ...{ rpID: this.#party.host, rpName: this.#party.name },
      userID: new Uint8Array(this.#handleFor(purpose, known)),
      ...{ userName: login, userDisplayName: login },
      challenge: new Uint8Array(Buffer.from(this.#challenges.open(purpose), 'base64url')),
      ...{ attestationType: 'none', supportedAlgorithmIDs: ALGORITHMS },
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      excludeCredentials: known.map(({ id }) => ({ id })),
    });
    return { ...options };
  }

  /** The passkey that was made. Throws SH-A006 for one that was made for something or somebody else, or without its owner. */
  async registered(purpose: string, response: PasskeyRegistration, page: PageAddress): Promise<PasskeyCredential> {
    const { verifyRegistrationResponse } = await library();
    // Certificates of makers name addresses to look up: nobody asked for them, and nobody is sent anywhere by them.
    if (await hasCertificates(response)) throw failRuntime('SH-A006', { why: 'attestation' });
    const { registrationInfo } = await this.#judged(() =>
      verifyRegistrationResponse({
        response: response as unknown as RegistrationResponseJSON,
        ...this.#expected(purpose, page),
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    );
    const userHandle = this.#handles.get(purpose);
    this.#handles.delete(purpose);
    if (registrationInfo === undefined || userHandle === undefined) throw failRuntime('SH-A006');
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      ...{ id: credential.id, publicKey: credential.publicKey, counter: credential.counter },
      ...{ transports: credential.transports ?? [], isBackedUp: credentialBackedUp, userHandle },
    };
  }

  /** What the browser needs to use a passkey for that purpose: whichever its owner chooses. */
  async assertionOptions(purpose: string): Promise<Readonly<Record<string, unknown>>> {
    return {
      ...{ challenge: this.#challenges.open(purpose), rpId: this.#party.host, allowCredentials: [] },
      ...{ userVerification: 'required', timeout: 120_000 },
    };
  }

  /**
   * Judges the use of a passkey; gives its new counter. Throws SH-A006 for a wrong signature, another account's handle (§7.2, step 6), an old or a used challenge, another
   * purpose or origin, a counter that did not rise (a copied device), and without its owner.
   */
  async asserted(
    purpose: string,
    response: PasskeyAssertion,
    { page, credential }: { readonly page: PageAddress; readonly credential: PasskeyCredential },
  ): Promise<{ readonly counter: number }> {
    if (!isSame(credential.userHandle, response.response.userHandle)) throw failRuntime('SH-A006');
    const { verifyAuthenticationResponse } = await library();
    const { verified, authenticationInfo } = await this.#judged(() =>
      verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        ...this.#expected(purpose, page),
        credential: {
          ...{ id: credential.id, publicKey: new Uint8Array(credential.publicKey), counter: credential.counter },
        },
        requireUserVerification: true,
      }),
    );
    if (!verified) throw failRuntime('SH-A006');
    return { counter: authenticationInfo.newCounter };
  }

  #handleFor(purpose: string, [first]: PasskeyOwner['known']): Uint8Array {
    const handle = first?.userHandle ?? this.#handles.get(purpose) ?? new Uint8Array(randomBytes(32));
    this.#handles.delete(purpose);
    this.#handles.set(purpose, handle);
    const [oldest] = this.#handles.keys();
    if (this.#handles.size > MOST_HANDLES && oldest !== undefined) this.#handles.delete(oldest);
    return handle;
  }

  #expected(purpose: string, page: PageAddress) {
    const origin = ownOrigin(page, this.#party.host);
    return {
      expectedChallenge: (challenge: string): boolean => this.#challenges.take(purpose, challenge),
      expectedOrigin: origin === undefined ? [] : [origin],
      expectedRPID: this.#party.host,
    };
  }

  async #judged<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      // Whatever a stranger sends that cannot be read is as good as wrong.
      throw failRuntime('SH-A006', { cause });
    }
  }
}

function isSame(kept: Uint8Array, told: string | null | undefined): boolean {
  const bytes = Buffer.from(told ?? '', 'base64url');
  return bytes.length === kept.length && timingSafeEqual(bytes, kept);
}

/** The origin of a page that asks its own server; undefined where no passkey of ours can be: by another name, or without HTTPS. */
function ownOrigin({ host, isSecure }: PageAddress, ownHost: string): string | undefined {
  const url = URL.parse(`${isSecure ? 'https' : 'http'}://${host ?? ''}`);
  if (url === null || url.hostname !== ownHost) return undefined;
  return isSecure || url.hostname === 'localhost' ? url.origin : undefined;
}

async function hasCertificates(response: PasskeyRegistration): Promise<boolean> {
  try {
    const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
    const bytes = new Uint8Array(Buffer.from(response.response.attestationObject, 'base64url'));
    const statement = decodeAttestationObject(bytes).get('attStmt');
    return statement.get('x5c') !== undefined || statement.get('response') !== undefined;
  } catch {
    return true;
  }
}

/** Loaded when the first passkey comes: it takes 0.4 s and 28 MB (measured 2026-11). */
function library() {
  return import('@simplewebauthn/server');
}
