import { describe, expect, it } from 'vitest';
import type { RecordChange, RegisterWrite } from './change.ts';
import { checkChange } from './check-change.ts';

function changeOf(recordType: number, writes: RecordChange['writes'], more: Partial<RecordChange> = {}): RecordChange {
  return {
    kind: 'record',
    origin: { node: 5, incarnation: '00000000000a' },
    sequence: 2,
    orderClock: { ms: 1, counter: 0 },
    isClockTrusted: true,
    isLastOfTransaction: true,
    isCreate: true,
    recordId: '00000000-0000-8000-8000-000000000001',
    recordType,
    author: null,
    role: 'nurse',
    writes,
    ...more,
  };
}
const register = (value: RegisterWrite['value']): RegisterWrite => ({
  kind: 'register',
  value,
  base: null,
  authorised: true,
});
const codeOf = (change: RecordChange, held?: number): string | undefined => checkChange(change, held)?.code;

describe('a change that a node sends', () => {
  it('is taken when its values are what the fields hold', () => {
    expect(
      codeOf(
        changeOf(1, {
          1: register('Sow'),
          4: register('1987-05~'),
          60: { kind: 'set', add: ['a|1'], remove: [], authorised: true },
        }),
      ),
    ).toBeUndefined();
    expect(codeOf(changeOf(5, { 7: register('37.5'), 6: register(0) }))).toBeUndefined();
  });

  it('is refused for a value that the field cannot hold, and the refusal does not repeat it', () => {
    for (const [type, writes] of [
      [1, { 4: register('hier') }],
      [4, { 1: register('not-an-id') }],
      [4, { 2: register('2026-11-18') }],
      [4, { 2: register(8_640_000_000_000_000) }],
      [5, { 7: register('37,5') }],
      [1, { 1: register('a\u0000') }],
      [1, { 1: register('\ud800') }],
      [1, { 1: { kind: 'set', add: ['x'], remove: [], authorised: true } }],
      [1, { 60: register('x') }],
      [1, { 60: { kind: 'set', add: ['\ud800'], remove: [], authorised: true } }],
    ] as const) {
      const refusal = checkChange(changeOf(type, writes as RecordChange['writes']), undefined);
      expect(refusal?.code).toBe('SH-X303');
      expect(refusal?.detail).not.toMatch(/hier|not-an-id|37,5/);
    }
  });

  it('is kept when its type or field is of a newer catalogue', () => {
    expect(codeOf(changeOf(99, { 1: register('x') }))).toBeUndefined();
    expect(codeOf(changeOf(1, { 55: register('x') }))).toBeUndefined();
  });

  it('is refused when it patches what the node does not hold, holds as another type, or may not patch', () => {
    const patch = { isCreate: false };
    expect(codeOf(changeOf(1, { 1: register('x') }, patch))).toBe('SH-X304');
    expect(codeOf(changeOf(1, { 1: register('x') }, patch), 4)).toBe('SH-X304');
    expect(codeOf(changeOf(3, { 2: register('Mine') }, patch), 3)).toBe('SH-X305');
    expect(codeOf(changeOf(1, { 1: register('x') }, patch), 1)).toBeUndefined();
    for (const own of [{}, patch]) expect(codeOf(changeOf(14, { 3: register('[]') }, own), 14)).toBe('SH-X305');
  });

  it('leaves to the home of a practitioner who is active and where, and the password to every holder', () => {
    const [home, other] = ['00000000-0000-8000-8000-00000000000a', '00000000-0000-8000-8000-00000000000b'];
    const set = { kind: 'set', add: ['x'], remove: [], authorised: true } as const;
    const patched = { isCreate: false };
    const judged = (change: RecordChange, isHome: boolean, isHolder = true) => {
      const writer = { facility: isHome ? home : other, isHome, isHolder };
      return checkChange(change, change.isCreate ? undefined : change.recordType, writer)?.code;
    };
    const account = { 1: register(home), 2: register(home), 3: register('awa') };
    expect(judged(changeOf(18, account), true)).toBeUndefined();
    expect(judged(changeOf(18, account), false)).toBe('SH-X305');
    expect(judged(changeOf(18, { 4: set }, patched), true)).toBeUndefined();
    expect(judged(changeOf(18, { 4: set }, patched), false)).toBe('SH-X305');
    expect(judged(changeOf(18, { 4: set, 5: set }, patched), false)).toBe('SH-X305');
    expect(judged(changeOf(18, { 5: set }, patched), false)).toBeUndefined();
    expect(judged(changeOf(18, { 5: set }, patched), false, false)).toBe('SH-X305');

    for (const writes of [{ 5: register(other) }, { 6: register(false) }]) {
      expect(judged(changeOf(2, writes, patched), true)).toBeUndefined();
      expect(judged(changeOf(2, writes, patched), false)).toBe('SH-X305');
    }
    expect(judged(changeOf(2, { 4: register('+22376123456') }, patched), false)).toBeUndefined();
  });

  it('leaves an emergency access to the facility that opened it, and what content a document has to the one that made it', () => {
    const [home, other] = ['00000000-0000-8000-8000-00000000000a', '00000000-0000-8000-8000-00000000000b'];
    const patched = { isCreate: false };
    const judged = (change: RecordChange, isHome: boolean) => {
      const writer = { facility: isHome ? home : other, isHome, isHolder: true };
      return checkChange(change, change.isCreate ? undefined : change.recordType, writer)?.code;
    };
    for (const writes of [{ 7: register(1) }, { 11: register('justified') }]) {
      expect(judged(changeOf(16, writes, patched), true)).toBeUndefined();
      expect(judged(changeOf(16, writes, patched), false)).toBe('SH-X305');
    }
    expect(judged(changeOf(16, { 15: register(home) }), true)).toBeUndefined();
    expect(judged(changeOf(16, { 15: register(other) }), true)).toBe('SH-X305');
    for (const writes of [{ 9: register('image/png') }, { 10: register(5) }, { 11: register('ab'.repeat(32)) }]) {
      expect(judged(changeOf(17, writes, patched), true)).toBeUndefined();
      expect(judged(changeOf(17, writes, patched), false)).toBe('SH-X305');
    }
    expect(judged(changeOf(17, { 6: register('superseded') }, patched), false)).toBeUndefined();
  });

  it('leaves to the home of a consent what it lets go; that it is withdrawn says whoever meets the patient', () => {
    const home = '00000000-0000-8000-8000-00000000000a';
    const added = { kind: 'set', add: ['Condition'], remove: [], authorised: true } as const;
    const version = { kind: 'set', add: ['2 a b'], remove: [], authorised: true } as const;
    const judged = (writes: RecordChange['writes'], isHome: boolean) =>
      checkChange(changeOf(12, writes, { isCreate: false }), 12, { facility: home, isHome, isHolder: true })?.code;
    const more: readonly RecordChange['writes'][] = [
      { 2: register('active') },
      { 2: register(null) },
      { 3: added },
      { 5: register(home) },
      { 6: register(true) },
      { 8: register(null) },
      { 2: register('withdrawn'), 14: register('permit'), 23: version },
    ];
    for (const writes of more) {
      expect(judged(writes, true)).toBeUndefined();
      expect(judged(writes, false)).toBe('SH-X305');
    }
    expect(judged({ 2: register('withdrawn'), 13: register(5), 23: version }, false)).toBeUndefined();
  });

  it('is never one that merging would throw on', () => {
    for (const member of ['__proto__', 'constructor', 'toString']) {
      const change = changeOf(1, { 60: { kind: 'set', add: [member], remove: [], authorised: true } });
      expect([undefined, 'SH-X303']).toContain(codeOf(change));
    }
  });
});
