import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOON, recordHistory } from './arbitraries.ts';
import type { ClockCorrection, RecordChange } from './change.ts';
import { recordDigest } from './digest.ts';
import { EMPTY_STATE, extendState, mergeRecord } from './merge.ts';

const NURSE_NODE = { node: 7, incarnation: '070707070707' };
const OTHER_NODE = { node: 9, incarnation: '090909090909' };

const HEAD_NODE = { node: 8, incarnation: '080808080808' };

function shuffle(changes: readonly RecordChange[], random: IterableIterator<number>): readonly RecordChange[] {
  const shuffled = [...changes];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = (random.next().value as number) % (index + 1);
    [shuffled[index], shuffled[other]] = [shuffled[other] as RecordChange, shuffled[index] as RecordChange];
  }
  return shuffled;
}

function write(overrides: {
  readonly at: number;
  readonly value: string | null;
  readonly authorised?: boolean;
  readonly base?: string | null;
  readonly origin?: typeof NURSE_NODE;
  readonly sequence?: number;
  readonly field?: number;
}): RecordChange {
  const { at, value, authorised = true, base = null, origin = NURSE_NODE, sequence = at, field = 5 } = overrides;
  return {
    kind: 'record',
    origin,
    sequence,
    orderClock: { ms: at, counter: 0 },
    isClockTrusted: true,
    isLastOfTransaction: true,
    isCreate: false,
    recordId: 'a0000000-0000-8000-8000-000000000001',
    recordType: 1,
    author: null,
    role: 'nurse',
    writes: { [field]: { kind: 'register', value, base: base as never, authorised } },
  };
}

function correct(target: typeof NURSE_NODE, from: number, to: number, ms: number): ClockCorrection {
  const entry = {
    origin: { node: 0, incarnation: '000000000000' },
    sequence: 1,
    isClockTrusted: true,
    isLastOfTransaction: true,
  };
  return {
    ...entry,
    kind: 'clock-correction',
    orderClock: { ms, counter: 0 },
    target,
    from,
    to,
    correctedTo: { ms, counter: 0 },
  };
}

describe('the merge rule', () => {
  it('gives one state whatever the order of arrival and however often each change came', () => {
    fc.assert(
      fc.property(recordHistory, fc.infiniteStream(fc.nat()), (history, random) => {
        const once = mergeRecord(history, []);
        const shuffled = shuffle([...history, ...history.slice(0, 3)], random);
        expect(mergeRecord(shuffled, [])).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });

  it('reaches by single steps, where a step can be taken, what merging everything reaches', () => {
    let extended = 0;
    fc.assert(
      fc.property(recordHistory, (history) => {
        let state = EMPTY_STATE;
        const known: RecordChange[] = [];
        for (const change of history) {
          known.push(change);
          const whole = mergeRecord(known, []);
          const step = extendState(state, change, false);
          if (step !== undefined) {
            extended++;
            expect(step).toEqual(whole);
            expect(recordDigest(1, step)).toEqual(recordDigest(1, whole));
          }
          state = whole;
        }
      }),
      { numRuns: 500 },
    );
    expect(extended).toBeGreaterThan(500);
  });

  it('lets the most recent authorised write win, and never an unauthorised one over it', () => {
    const physician = write({ at: 100, value: 'physician', origin: OTHER_NODE });
    const nurse = write({ at: 200, value: 'nurse' });
    const worker = write({ at: 300, value: 'community worker', authorised: false, sequence: 3 });
    expect(mergeRecord([physician, nurse, worker], []).fields['5']).toBe('nurse');
    expect(mergeRecord([worker], []).fields['5']).toBe('community worker');
  });

  it('keeps the first authorised write of a field written once', () => {
    const first = write({ at: 100, value: 'DJ-000001', field: 8 });
    const second = write({ at: 200, value: 'DJ-000002', field: 8 });
    expect(mergeRecord([second, first], []).fields['8']).toBe('DJ-000001');
  });

  it('shows a conflict where neither author had seen the other’s value, and none where one had', () => {
    const nurse = write({ at: 100, value: '38.5' });
    const physician = write({ at: 200, value: '39.2', origin: OTHER_NODE });
    const informed = write({ at: 200, value: '39.2', origin: OTHER_NODE, base: '7.070707070707.100' });
    expect(mergeRecord([physician, nurse], []).conflicts).toEqual([
      {
        id: '7.070707070707.100~9.090909090909.200~5',
        field: 5,
        winner: '9.090909090909.200',
        loser: '7.070707070707.100',
      },
    ]);
    expect(mergeRecord([informed, nurse], []).conflicts).toEqual([]);
    expect(
      mergeRecord(
        [nurse, { ...physician, writes: { 5: { kind: 'register', value: '38.5', base: null, authorised: true } } }],
        [],
      ).conflicts,
    ).toEqual([]);
  });

  it('holds a conflict settled once somebody writes over both values, and by nothing less', () => {
    const nurse = write({ at: 100, value: '38.5' });
    const physician = write({ at: 200, value: '39.2', origin: OTHER_NODE });
    const over = (base: string, at: number, isLastOfTransaction: boolean) => ({
      ...write({ at, value: '39.0', base, origin: HEAD_NODE }),
      isLastOfTransaction,
    });
    const settled = [over('7.070707070707.100', 300, false), over('9.090909090909.200', 301, true)];
    const state = mergeRecord([nurse, physician, ...settled], []);
    expect(state).toMatchObject({ fields: { 5: '39.0' }, conflicts: [] });
    // Somebody who goes on from the winner, told of nothing.
    const unaware = write({ at: 301, value: '39.0', base: '9.090909090909.200', origin: HEAD_NODE });
    expect(mergeRecord([nurse, physician, unaware], []).conflicts).toMatchObject([{ winner: '9.090909090909.200' }]);
    // The same two writes at two times: whoever made the second may have made the first by chance.
    const apart = settled.map((change) => ({ ...change, isLastOfTransaction: true }));
    expect(mergeRecord([nurse, physician, ...apart], []).conflicts).not.toEqual([]);
    // A third value that whoever settled was not told of.
    const third = write({ at: 150, value: '40', origin: { node: 11, incarnation: '0b0b0b0b0b0b' } });
    expect(mergeRecord([nurse, third, physician, ...settled], []).conflicts.map(({ id }) => id)).toEqual([
      '7.070707070707.100~11.0b0b0b0b0b0b.150~5',
      '11.0b0b0b0b0b0b.150~9.090909090909.200~5',
    ]);
    // Whoever goes on from one of its writes has seen it whole, also where clocks put the first one last.
    const [first, last] = settled as [RecordChange, RecordChange];
    const turned = [{ ...first, orderClock: { ms: 302, counter: 0 } }, last];
    const next = write({ at: 303, value: '38.9', base: '8.080808080808.300', origin: HEAD_NODE });
    expect(mergeRecord([nurse, physician, ...turned], [])).toMatchObject({ conflicts: [] });
    expect(mergeRecord([nurse, physician, ...turned, next], [])).toMatchObject({ conflicts: [] });
    // Who may not decide settles nothing that authorised people wrote.
    const worker = settled.map((change) => ({
      ...change,
      writes: { 5: { ...change.writes['5'], authorised: false } as never },
    }));
    expect(mergeRecord([nurse, physician, ...worker], []).conflicts).toContainEqual(
      expect.objectContaining({ loser: '7.070707070707.100', winner: '9.090909090909.200' }),
    );
  });

  it('says of a field written once that its first value stands', () => {
    const first = write({ at: 100, value: 'DJ-000001', field: 8 });
    const second = write({ at: 200, value: 'DJ-000002', field: 8, origin: OTHER_NODE });
    expect(mergeRecord([second, first], []).conflicts).toMatchObject([
      { winner: '7.070707070707.100', loser: '9.090909090909.200' },
    ]);
  });

  it('finds the same conflicts open at two ends that take single steps where they can, whatever came first', () => {
    let settled = 0;
    let open = 0;
    fc.assert(
      fc.property(recordHistory, fc.infiniteStream(fc.nat()), (history, random) => {
        const ends = [history, shuffle(history, random)].map((arrivals) => {
          let state = EMPTY_STATE;
          arrivals.forEach((change, index) => {
            state = extendState(state, change, false) ?? mergeRecord(arrivals.slice(0, index + 1), []);
          });
          return state;
        });
        expect(ends[1]).toEqual(ends[0]);
        open += ends[0]?.conflicts.length ?? 0;
        const apart = history.map((change) => ({ ...change, isLastOfTransaction: true }));
        settled += mergeRecord(apart, []).conflicts.length - (ends[0]?.conflicts.length ?? 0);
      }),
      { numRuns: 500 },
    );
    expect({ isAnyOpen: open > 100, isAnySettled: settled > 20 }).toEqual({ isAnyOpen: true, isAnySettled: true });
  });

  it('counts a write whose clock ran two years ahead at the hub’s corrected time, the smallest of several', () => {
    const ahead = write({ at: NOON + 730 * 86_400_000, value: 'wrong clock', sequence: 1 });
    const later = write({ at: NOON + 1000, value: 'right', origin: OTHER_NODE, sequence: 2 });
    expect(mergeRecord([ahead, later], []).fields['5']).toBe('wrong clock');
    const corrections = [correct(NURSE_NODE, 1, 1, NOON + 500), correct(NURSE_NODE, 1, 9, NOON + 5000)];
    expect(mergeRecord([ahead, later], corrections).fields['5']).toBe('right');
    expect(mergeRecord([ahead, later], corrections.slice(1)).fields['5']).toBe('wrong clock');
  });

  it('keeps a member of a set that was added again by someone who had not seen its removal', () => {
    const add = (sequence: number, origin = NURSE_NODE): RecordChange => ({
      ...write({ at: sequence, value: null, origin, sequence }),
      writes: { 60: { kind: 'set', add: ['penicillin'], remove: [], authorised: true } },
    });
    const remove: RecordChange = {
      ...write({ at: 500, value: null, origin: OTHER_NODE, sequence: 5 }),
      writes: {
        60: {
          kind: 'set',
          add: [],
          remove: [{ member: 'penicillin', seen: ['7.070707070707.1' as never] }],
          authorised: true,
        },
      },
    };
    expect(mergeRecord([add(1), remove], []).fields['60']).toBeUndefined();
    expect(mergeRecord([add(1), remove, add(2)], []).fields['60']).toEqual(['penicillin']);
    const unauthorised: RecordChange = {
      ...remove,
      writes: {
        60: {
          kind: 'set',
          add: [],
          remove: [{ member: 'penicillin', seen: ['7.070707070707.1' as never] }],
          authorised: false,
        },
      },
    };
    expect(mergeRecord([add(1), unauthorised], []).fields['60']).toEqual(['penicillin']);
  });

  it('takes any text as a member of a set', () => {
    const change: RecordChange = {
      ...write({ at: 1, value: null }),
      writes: { 60: { kind: 'set', add: ['__proto__', 'constructor'], remove: [], authorised: true } },
    };
    expect(mergeRecord([change], []).fields['60']).toEqual(['__proto__', 'constructor']);
  });
});
