import { describe, expect, it } from 'vitest';
import { createFormats } from './formats.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('formats', () => {
  const fr = createFormats('fr');
  const en = createFormats('en');

  it('group thousands as the language does', () => {
    expect(plain(fr.integer(1_234_567))).toBe('1 234 567');
    expect(en.integer(1_234_567)).toBe('1,234,567');
    expect(fr.integer(999)).toBe('999');
  });

  it('write sizes in the unit that leaves one to three digits', () => {
    expect(plain(fr.bytes(0))).toBe('0 o');
    expect(plain(fr.bytes(999))).toBe('999 o');
    expect(plain(fr.bytes(1234))).toBe('1,2 Ko');
    expect(plain(en.bytes(12_345))).toBe('12 KB');
    expect(plain(en.bytes(999_700))).toBe('1.0 MB');
    expect(plain(en.bytes(4_200_000_000_000_000))).toBe('4200 TB');
  });

  it('write durations in the two largest units', () => {
    expect(plain(fr.duration(3.42))).toBe('3,4 s');
    expect(plain(fr.duration(59.6))).toBe('1 min 0 s');
    expect(plain(en.duration(3_725))).toBe('1 h 2 min');
    expect(plain(fr.duration(200_000))).toBe('2 j 7 h');
  });

  it('write an instant in Mali’s time, whatever the offset that it was written with', () => {
    expect(fr.instant('2026-11-22T10:05:07+02:00')).toBe('22/11/2026 08:05:07');
    expect(en.instant('2026-11-22T08:05:07.123Z')).toBe('2026-11-22 08:05:07');
  });
});
