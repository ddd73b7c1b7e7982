import { decodeCbor, encodeCbor } from '@santehaggui/protocols/cbor.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { PasskeyCeremonies, type PasskeyCredential } from './passkey-ceremonies.ts';

const party = { host: 'cscom-sangha.local', name: 'CSCOM de Sangha' };
const origin = 'https://cscom-sangha.local:8600';
const page = { host: 'cscom-sangha.local:8600', isSecure: true };
const owner = { login: 'awa', known: [] };
const refused = { code: 'SH-A006' };

const opened = async () => {
  const clock = new FakeClock();
  const ceremonies = new PasskeyCeremonies({ party, clock });
  const device = new SoftwareAuthenticator(origin);
  const made = device.register(await ceremonies.registrationOptions('add', owner));
  const credential = await ceremonies.registered('add', made, page);
  const ask = () => ceremonies.assertionOptions('sign-in');
  const judge = (response: ReturnType<typeof device.assert>, kept: PasskeyCredential = credential) =>
    ceremonies.asserted('sign-in', response, { page, credential: kept });
  return { clock, ceremonies, device, credential, ask, judge };
};

describe('a passkey', () => {
  it('is made for its host, found without a login, and proves its owner by signing what was asked', async () => {
    const { ceremonies, device, credential, ask, judge } = await opened();
    const options = await ceremonies.registrationOptions('add', { ...owner, known: [credential] });
    expect(options).toMatchObject({
      rp: { id: party.host, name: party.name },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [{ id: credential.id }],
      attestation: 'none',
    });
    const asked = await ask();
    expect(asked).toMatchObject({ rpId: party.host, userVerification: 'required', allowCredentials: [] });
    const response = device.assert(asked);
    expect(response.response.userHandle).toBe(Buffer.from(credential.userHandle).toString('base64url'));
    expect(options.user).toMatchObject({ id: response.response.userHandle });
    const another = { ...response, response: { ...response.response, userHandle: 'AAAA' } };
    await expect(judge(another)).rejects.toMatchObject(refused);
    expect(await judge(response)).toEqual({ counter: 2 });
  });

  it('is worth nothing a second time, after five minutes, or for another purpose', async () => {
    const { clock, ceremonies, device, credential, ask, judge } = await opened();
    const response = device.assert(await ask());
    await judge(response);
    await expect(judge(response)).rejects.toMatchObject(refused);
    const late = device.assert(await ask());
    await clock.advance(5 * 60_000);
    await expect(judge(late)).rejects.toMatchObject(refused);
    const other = device.assert(await ceremonies.assertionOptions('unlock'));
    await expect(judge(other)).rejects.toMatchObject(refused);
    const made = device.register(await ceremonies.registrationOptions('add', owner));
    await expect(ceremonies.registered('add to another', made, page)).rejects.toMatchObject(refused);
    expect(credential.counter).toBe(1);
  });

  it('is refused from another page, without its owner, with a counter that did not rise, and signed by another key', async () => {
    const { device, credential, ask, judge } = await opened();
    const attempts = [
      device.assert(await ask(), { origin: 'https://cscom-sangha.local:9999' }),
      device.assert(await ask(), { isVerified: false }),
      device.assert(await ask(), { counter: 1 }),
    ];
    for (const response of attempts) await expect(judge(response)).rejects.toMatchObject(refused);
    const stranger = await opened();
    await expect(judge(device.assert(await ask(), { counter: 9 }), stranger.credential)).rejects.toMatchObject(refused);
    expect(await judge(device.assert(await ask(), { counter: 9 }))).toEqual({ counter: 9 });
    const broken = device.assert(await ask());
    const noise = { ...broken, response: { ...broken.response, authenticatorData: 'AAAA' } };
    await expect(judge(noise, credential)).rejects.toMatchObject(refused);
  });

  it('is not taken with its maker’s certificates, which name addresses to look up', async () => {
    const { ceremonies, device } = await opened();
    const made = device.register(await ceremonies.registrationOptions('add', owner));
    const statement = decodeCbor(Buffer.from(made.response.attestationObject, 'base64url')) as Map<string, unknown>;
    const entries = statement instanceof Map ? Object.fromEntries(statement) : statement;
    const withCertificate = {
      ...entries,
      fmt: 'packed',
      attStmt: { alg: -7, sig: new Uint8Array(64), x5c: [new Uint8Array(9)] },
    };
    const attestationObject = Buffer.from(encodeCbor(withCertificate)).toString('base64url');
    const sent = { ...made, response: { ...made.response, attestationObject } };
    await expect(ceremonies.registered('add', sent, page)).rejects.toMatchObject({ ...refused, why: 'attestation' });
    await expect(
      ceremonies.registered('add', { ...sent, response: { ...made.response, attestationObject: 'AAAA' } }, page),
    ).rejects.toMatchObject(refused);
  });
});

describe('what a stranger says in a passkey’s place', () => {
  /** One byte of a base64url text changed. */
  const bent = (text: string, place: number, bit: number): string => {
    const bytes = Buffer.from(text, 'base64url');
    const index = place % bytes.length;
    bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
    return bytes.toString('base64url');
  };
  const change = fc.record({ place: fc.nat(2000), bit: fc.integer({ min: 0, max: 7 }) });

  it('is refused and nothing worse, whichever bit was changed', async () => {
    const { ceremonies, device, ask, judge } = await opened();
    const fields = ['clientDataJSON', 'authenticatorData', 'signature'] as const;
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom(...fields), async ({ place, bit }, field) => {
        const said = device.assert(await ask());
        // Of a signature, its first number: the library reads other tags around the two, which makes no other signature.
        const at = field === 'signature' ? 5 + (place % 25) : place;
        const response = { ...said.response, [field]: bent(said.response[field], at, bit) };
        await expect(judge({ ...said, response })).rejects.toMatchObject(refused);
      }),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        const made = device.register(await ceremonies.registrationOptions('add', owner));
        const attestationObject = Buffer.from(noise).toString('base64url');
        const sent = { ...made, response: { ...made.response, attestationObject } };
        await expect(ceremonies.registered('add', sent, page)).rejects.toMatchObject(refused);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the page of a passkey', () => {
  it('is ours by our name over HTTPS, or on this machine, and nobody’s by an address', async () => {
    const isTaken = async (from: { host: string | undefined; isSecure: boolean }, at: string, host = party.host) => {
      const ceremonies = new PasskeyCeremonies({ party: { ...party, host }, clock: new FakeClock() });
      const made = new SoftwareAuthenticator(at).register(await ceremonies.registrationOptions('add', owner));
      return ceremonies.registered('add', made, from).then(
        () => true,
        () => false,
      );
    };
    expect(await isTaken(page, origin)).toBe(true);
    expect(await isTaken({ ...page, isSecure: false }, origin)).toBe(false);
    expect(await isTaken({ ...page, host: '192.168.1.10:8600' }, 'https://192.168.1.10:8600')).toBe(false);
    expect(await isTaken({ ...page, host: undefined }, origin)).toBe(false);
    expect(await isTaken({ host: 'localhost:8700', isSecure: false }, 'http://localhost:8700', 'localhost')).toBe(true);
  });
});
