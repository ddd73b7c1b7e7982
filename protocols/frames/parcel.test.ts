import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealKeysFromSeed, signKeysFromSeed, sodiumReady } from '../crypto/sodium.ts';
import { encodeChange } from '../journal/change-codec.ts';
import { ChangesCodec, NEWEST_MODEL } from './codec/codec.ts';
import type { Ack, CarriedChange } from './messages.ts';
import {
  BrokenParcel,
  type ParcelHeader,
  type ParcelPiece,
  ParcelReader,
  ParcelWriter,
  parcelName,
  readParcelHead,
} from './parcel.ts';
import { NO_FAULTS, type Sign, type Signed } from './sign-messages.ts';

beforeAll(sodiumReady);

const codec = new ChangesCodec();
const HEADER: ParcelHeader = {
  direction: 'up',
  node: 7,
  incarnation: '010203040506',
  after: 20,
  createdMs: 1_790_000_000_000,
};
const ACK: Ack = { kind: 'ack', upTo: 3, head: new Uint8Array(), refused: [], repeats: 0, beyond: [] };
const seed = (fill: number) => new Uint8Array(32).fill(fill);
const hub = () => ({ sign: signKeysFromSeed(seed(1)), seal: sealKeysFromSeed(seed(2)) });
const node = () => ({ sign: signKeysFromSeed(seed(3)), seal: sealKeysFromSeed(seed(4)) });

function changes(count: number): readonly CarriedChange[] {
  return Array.from({ length: count }, (_, index) => ({
    position: 21 + index,
    encoded: encodeChange({
      kind: 'record',
      origin: { node: 7, incarnation: '010203040506' },
      sequence: 21 + index,
      orderClock: { ms: 1_790_000_000_000 + index, counter: 0 },
      isClockTrusted: true,
      isLastOfTransaction: true,
      isCreate: true,
      recordId: 'a0000000-0000-8000-8000-000000000001',
      recordType: 1,
      author: null,
      role: 'nurse',
      writes: { 1: { kind: 'register', value: `Famille ${index}`, base: null, authorised: true } },
    }),
  }));
}

/** The pieces of a parcel: the head first. */
function parcel(header = HEADER): readonly Uint8Array[] {
  const writer = new ParcelWriter(header, {
    key: seed(9),
    signKeys: node().sign,
    receiverSealKey: hub().seal.publicKey,
    codec,
  });
  const writing = { model: NEWEST_MODEL, stampOf: () => undefined };
  const [first, second] = [changes(6).slice(0, 4), changes(6).slice(4)];
  return [
    writer.head(),
    writer.ack(ACK),
    writer.changes(first, writing),
    writer.changes(second, writing),
    writer.end(),
  ];
}

/** Reads a file to where it breaks; gives what was good, and the fault. */
function read(file: Uint8Array): { readonly pieces: readonly ParcelPiece[]; readonly fault: string | undefined } {
  const pieces: ParcelPiece[] = [];
  try {
    const { bytes } = readParcelHead(file);
    const reader = new ParcelReader(file.subarray(0, bytes), {
      senderSignKey: node().sign.publicKey,
      sealKeys: [hub().seal],
      codec,
    });
    for (let at = bytes; pieces.at(-1)?.kind !== 'end'; ) {
      const length = ParcelReader.pieceBytes(file.subarray(at, at + 4));
      pieces.push(reader.open(file.subarray(at, at + length)));
      at += length;
    }
    return { pieces, fault: undefined };
  } catch (error) {
    if (!(error instanceof BrokenParcel)) throw error;
    return { pieces, fault: error.fault };
  }
}

describe('a parcel', () => {
  it('gives its receiver what was put in, in order, to the end', () => {
    const { pieces, fault } = read(Buffer.concat(parcel()));
    expect(fault).toBeUndefined();
    expect(pieces.map(({ kind }) => kind)).toEqual(['ack', 'changes', 'changes', 'end']);
    const carried = pieces.flatMap((piece) => (piece.kind === 'changes' ? piece.changes : []));
    expect(
      carried.map(({ position, encoded }) => [position, Buffer.from(encoded.meta), Buffer.from(encoded.fields)]),
    ).toEqual(
      changes(6).map(({ position, encoded }) => [position, Buffer.from(encoded.meta), Buffer.from(encoded.fields)]),
    );
    expect(readParcelHead(Buffer.concat(parcel())).header).toEqual(HEADER);
  });

  it('carries an audit trail, and the word of its witness', () => {
    const checkpoint = { bytes: seed(5), signature: new Uint8Array(64).fill(6) };
    const shown: Sign = { kind: 'sign', checkpoint, from: 2, proof: [seed(7)], faults: NO_FAULTS, witnessed: 0 };
    const signed: Signed = {
      ...{ kind: 'signed', verdict: { result: 'behind' }, known: 4, faults: NO_FAULTS, trail: null, checkpoint },
    };
    const options = { key: seed(9), signKeys: node().sign, receiverSealKey: hub().seal.publicKey, codec };
    const writer = new ParcelWriter(HEADER, options);
    const file = Buffer.concat([writer.head(), writer.sign(shown), writer.sign(signed), writer.end()]);
    expect(read(file)).toEqual({
      pieces: [{ kind: 'sign', sign: shown }, { kind: 'sign', sign: signed }, { kind: 'end' }],
      fault: undefined,
    });
  });

  it('is taken as far as it is whole when the stick was pulled out, wherever that was', () => {
    const whole = parcel();
    const file = Buffer.concat(whole);
    const ends = whole.map((_, index) => whole.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0));
    for (let cut = 0; cut < file.length; cut++) {
      const { pieces, fault } = read(file.subarray(0, cut));
      expect(pieces.length, `cut at ${cut}`).toBe(Math.max(0, ends.filter((end) => end <= cut).length - 1));
      expect(fault).toBe(cut < 8 ? 'not-a-parcel' : cut < 12 ? 'not-a-parcel' : 'cut-short');
    }
  });

  it('is refused from where a bit was flipped, a piece left out, or two exchanged', () => {
    const whole = parcel();
    const file = Buffer.concat(whole);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const flipped = Buffer.from(file);
        flipped[at]! ^= 1 << bit;
        const { pieces, fault } = read(flipped);
        expect(fault).toBeDefined();
        expect(pieces.length).toBeLessThan(4);
      }),
      { numRuns: 300 },
    );
    const [head, ack, first, second, end] = whole as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(read(Buffer.concat([head, ack, second, first, end]))).toMatchObject({
      pieces: [{ kind: 'ack' }],
      fault: 'altered',
    });
    expect(read(Buffer.concat([head, ack, second, end]))).toMatchObject({
      pieces: [{ kind: 'ack' }],
      fault: 'altered',
    });
    expect(read(Buffer.concat([head, ack, end])).fault).toBe('altered');
  });

  it('takes no piece of another parcel, even of the same sender', () => {
    const [head] = parcel();
    const [, ack] = parcel({ ...HEADER, after: 19 });
    expect(read(Buffer.concat([head as Uint8Array, ack as Uint8Array])).fault).toBe('altered');
  });

  it('is refused when somebody else signed it, or sealed it to somebody else', () => {
    const stranger = { sign: signKeysFromSeed(seed(5)), seal: sealKeysFromSeed(seed(6)) };
    const by = (signKeys: typeof stranger.sign, receiver: Uint8Array): Uint8Array =>
      new ParcelWriter(HEADER, { key: seed(9), signKeys, receiverSealKey: receiver, codec }).head();
    expect(read(by(stranger.sign, hub().seal.publicKey)).fault).toBe('forged');
    expect(read(by(node().sign, stranger.seal.publicKey)).fault).toBe('not-for-us');
    expect(read(Buffer.from('{"resourceType":"Bundle"}')).fault).toBe('not-a-parcel');
  });

  it('never throws anything else, whatever lies on the stick', () => {
    const [head] = parcel();
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (hasHead, noise) => {
        expect(read(hasHead ? Buffer.concat([head as Uint8Array, noise]) : noise).fault).toBeDefined();
      }),
    );
  });

  it('has a name that says whose it is, which way it goes and how far', () => {
    expect(parcelName({ facility: 'cscom_sangha', direction: 'up', upTo: 812 })).toBe(
      'cscom_sangha-aller-0000000812.haggui',
    );
    expect(parcelName({ facility: 'cscom_sangha', direction: 'down', upTo: 3 })).toBe(
      'cscom_sangha-retour-0000000003.haggui',
    );
  });
});
