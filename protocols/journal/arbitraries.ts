import fc from 'fast-check';
import { patient } from '../records/patient.ts';
import type { RecordChange, RegisterWrite, SetWrite } from './change.ts';
import { type Origin, type Stamp, stampOf } from './stamp.ts';

const DAY = 24 * 3600 * 1000;
/** The true time around which the origins of {@link recordHistory} write. */
export const NOON = Date.UTC(2026, 10, 20, 12);

const ORIGINS: readonly Origin[] = [
  { node: 0x00a1b2, incarnation: 'a1a1a1a1a1a1' },
  { node: 0x00a1b2, incarnation: 'f0f0f0f0f0f0' }, // a clone of the first one's disk: a fork
  { node: 0x00c3d4, incarnation: 'c3c3c3c3c3c3' },
  { node: 0, incarnation: '000000000001' },
];
const RECORD = 'a0000000-0000-8000-8000-000000000001';

type Seen = {
  /** Of each register field: the writes there are, the last one at the end. */
  readonly register: Map<string, Stamp[]>;
  readonly tags: Map<string, Stamp[]>;
};

/**
 * A history of one patient record by four origins (one pair is a fork) whose clocks run from two years behind to two
 * years ahead, who sometimes have seen each other's writes and sometimes not, and who now and then settle what met.
 */
export const recordHistory: fc.Arbitrary<readonly RecordChange[]> = fc
  .record({
    clocks: fc.array(fc.integer({ min: -730, max: 730 }), { minLength: ORIGINS.length, maxLength: ORIGINS.length }),
    steps: fc.array(
      fc.record({
        origin: fc.nat(ORIGINS.length - 1),
        field: fc.constantFrom(1, 3, 5, 8, 60),
        value: fc.constantFrom('a', 'b', 'c', 'é', null),
        isAuthorised: fc.boolean(),
        hasSeen: fc.boolean(),
        settles: fc.oneof(
          { weight: 2, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
        ),
        gapMs: fc.nat(5000),
        role: fc.constantFrom('nurse', 'physician', 'community-worker'),
      }),
      { minLength: 1, maxLength: 14 },
    ),
  })
  .map(({ clocks, steps }) => {
    const seen: Seen = { register: new Map(), tags: new Map() };
    let now = NOON;
    const next = ORIGINS.map(() => 1);
    const changeOf = (
      step: Step & { readonly field: number; readonly origin: number; readonly role: string },
      write: (stamp: Stamp) => RegisterWrite | SetWrite,
      isLastOfTransaction: boolean,
    ): RecordChange => {
      const origin = ORIGINS[step.origin] as Origin;
      const sequence = next[step.origin] as number;
      next[step.origin] = sequence + 1;
      const stamp = stampOf(origin, sequence);
      return {
        kind: 'record',
        origin,
        sequence,
        orderClock: { ms: now + (clocks[step.origin] as number) * DAY, counter: sequence % 3 },
        isClockTrusted: true,
        isLastOfTransaction,
        isCreate: false,
        recordId: RECORD,
        recordType: patient.number,
        author: null,
        role: step.role,
        writes: { [String(step.field)]: write(stamp) },
      };
    };
    return steps.flatMap((step): readonly RecordChange[] => {
      now += step.gapMs;
      const key = String(step.field);
      if (step.field === 60) return [changeOf(step, (stamp) => setWrite(seen, stamp, step), true)];
      const met = step.settles === 0 ? [] : (seen.register.get(key) ?? []).slice(-step.settles);
      if (met.length < 2) return [changeOf(step, (stamp) => registerWrite(seen, { key, stamp, step }), true)];
      return met.map((base, index) =>
        changeOf(step, (stamp) => overWrite(seen, { key, stamp, step, base }), index === met.length - 1),
      );
    });
  });

type Step = { readonly value: string | null; readonly isAuthorised: boolean; readonly hasSeen: boolean };
type Place = { readonly key: string; readonly stamp: Stamp; readonly step: Step };

function registerWrite(seen: Seen, place: Place): RegisterWrite {
  const base = place.step.hasSeen ? (seen.register.get(place.key)?.at(-1) ?? null) : null;
  return overWrite(seen, { ...place, base });
}

function overWrite(seen: Seen, { key, stamp, step, base }: Place & { readonly base: Stamp | null }): RegisterWrite {
  seen.register.set(key, [...(seen.register.get(key) ?? []), stamp]);
  return { kind: 'register', value: step.value, base, authorised: step.isAuthorised };
}

function setWrite(seen: Seen, stamp: Stamp, step: Step): SetWrite {
  const member = step.value ?? 'a';
  const tags = seen.tags.get(member) ?? [];
  if (step.value === null || (step.hasSeen && tags.length > 0)) {
    return { kind: 'set', add: [], remove: [{ member, seen: tags }], authorised: step.isAuthorised };
  }
  seen.tags.set(member, [...tags, stamp]);
  return { kind: 'set', add: [member], remove: [], authorised: step.isAuthorised };
}
