import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketWatch } from './packet-bounds.ts';

const BOUNDS = { connect: 40, later: 300 };

function packet(type: number, length: number): Uint8Array {
  const header: number[] = [type << 4];
  let rest = length;
  do {
    const byte = rest % 0x80;
    rest = Math.floor(rest / 0x80);
    header.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return Uint8Array.from([...header, ...Array.from({ length: Math.min(length, 400) }, () => 0xff)]);
}

const watched = (...packets: readonly Uint8Array[]) => {
  const watch = new PacketWatch(BOUNDS);
  for (const one of packets) {
    const fault = watch.take(one);
    if (fault !== undefined) return fault;
  }
  return watch.packets;
};

describe('the bounds of MQTT packets', () => {
  it('let pass what fits, in pieces of any size', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: BOUNDS.later }), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 50 }), (later, step) => {
        const bytes = Buffer.concat([packet(1, 12), ...later.map((length) => packet(3, length))]);
        const watch = new PacketWatch(BOUNDS);
        for (let at = 0; at < bytes.length; at += step)
          expect(watch.take(bytes.subarray(at, at + step))).toBeUndefined();
        expect(watch.packets).toBe(1 + later.length);
      }),
    );
  });

  it('are told before the content comes', () => {
    expect(watched(packet(1, 41))).toBe('too-large');
    expect(watched(packet(1, 12), packet(3, 300))).toBe(2);
    expect(watched(packet(1, 12), packet(3, 301).subarray(0, 3))).toBe('too-large');
    expect(watched(packet(1, 12), Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f))).toBe('too-large');
  });

  it('take nothing first but CONNECT, no reserved type, and no length without an end', () => {
    expect(watched(packet(3, 10))).toBe('not-connect');
    expect(watched(Uint8Array.from(Buffer.from('GET / HTTP/1.1')))).toBe('not-connect');
    expect(watched(packet(1, 12), packet(15, 2))).toBe('reserved-type');
    expect(watched(packet(1, 12), packet(0, 2))).toBe('reserved-type');
    expect(watched(packet(1, 12), Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 1))).toBe('malformed-length');
  });
});
