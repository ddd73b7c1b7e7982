import { describe, expect, it } from 'vitest';
import type { FieldWrites, RecordChange } from '../journal/change.ts';
import { mergeRecord } from '../journal/merge.ts';
import { consent } from '../records/consent.ts';
import { consentFindings, currentVersion, nextVersionEntry, type VersionWrites, versionsOf } from './consent-chain.ts';

const VERSIONS = '23';
let sequence = 0;

function change(writes: FieldWrites, isCreate: boolean): RecordChange {
  sequence += 1;
  return {
    kind: 'record',
    origin: { node: 7, incarnation: '010203040506' },
    sequence,
    orderClock: { ms: 1_700_000_000_000 + sequence, counter: 0 },
    isClockTrusted: true,
    isLastOfTransaction: true,
    isCreate,
    recordId: 'c',
    recordType: consent.number,
    author: null,
    role: 'nurse',
    writes,
  };
}

function version(before: ReturnType<typeof currentVersion>, values: VersionWrites): RecordChange {
  const writes = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? ({ kind: 'set', add: value, remove: [], authorised: true } as const)
        : ({ kind: 'register', value: value as string, base: null, authorised: true } as const),
    ]),
  );
  const entry = { kind: 'set', add: [nextVersionEntry(before, values)], remove: [], authorised: true } as const;
  return change({ ...writes, [VERSIONS]: entry }, before === null);
}

const entriesOf = (changes: readonly RecordChange[]) => mergeRecord(changes, []).fields[VERSIONS];

function threeVersions(): readonly [RecordChange, RecordChange, RecordChange] {
  const given = version(null, { 1: 'p', 2: 'active', 3: ['Condition', 'Encounter'] });
  const withdrawn = version(currentVersion(entriesOf([given])), { 2: 'withdrawn', 13: 1_700_000_000_500 });
  const again = version(currentVersion(entriesOf([given, withdrawn])), { 2: 'active' });
  return [given, withdrawn, again];
}

const kinds = (changes: readonly RecordChange[], named: readonly RecordChange[] = changes) =>
  consentFindings('c', changes, entriesOf(named)).map(({ kind, version: number }) => `${kind} ${number}`);

describe('the versions of a consent', () => {
  it('each name the hash of the one before, and are sound in any order of arrival', () => {
    const [given, withdrawn, again] = threeVersions();
    const versions = versionsOf(entriesOf([given, withdrawn, again]));
    expect(versions.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(versions.map(({ previous }) => previous)).toEqual([null, versions[0]?.hash, versions[1]?.hash]);
    expect(kinds([again, given, withdrawn])).toEqual([]);
  });

  it('tell a rewritten value, whichever version wrote it', () => {
    const changes = threeVersions();
    for (const [index, key, value] of [
      [0, '1', 'q'],
      [1, '13', 1],
      [2, '2', 'withdrawn'],
    ] as const) {
      const forged = changes.map((one, at) =>
        at === index
          ? {
              ...one,
              writes: { ...one.writes, [key]: { kind: 'register' as const, value, base: null, authorised: true } },
            }
          : one,
      );
      expect(kinds(forged)).toEqual([`rewritten ${index + 1}`]);
    }
    const [given, ...rest] = changes;
    const { '2': _status, ...without } = given.writes;
    expect(kinds([{ ...given, writes: without }, ...rest])).toContain('rewritten 1');
  });

  it('tell a version that is gone: in the middle, at the beginning, and at the end by what the record names', () => {
    const [given, withdrawn, again] = threeVersions();
    expect(kinds([given, again])).toEqual(['missing 2']);
    expect(kinds([withdrawn, again])).toContain('missing 1');
    expect(kinds([given, withdrawn], [given, withdrawn, again])).toEqual(['missing 3']);
  });

  it('tell a change that was slipped in, but not the settlement of a conflict, which repeats what was said', () => {
    const [given, withdrawn] = threeVersions();
    const register = (value: string) => ({ kind: 'register' as const, value, base: null, authorised: true });
    expect(kinds([given, withdrawn, change({ 5: register('somebody') }, false)])).toEqual(['inserted null']);
    expect(kinds([given, withdrawn, change({ 2: register('active') }, false)])).toEqual([]);
    expect(
      kinds([given, withdrawn, change({ 60: { kind: 'set', add: ['x|1'], remove: [], authorised: true } }, false)]),
    ).toEqual([]);
    expect(kinds([change({ 1: register('p') }, true)])).toEqual(['inserted null']);
  });

  it('may be two after one, written at two places that had not heard of each other', () => {
    const given = version(null, { 1: 'p', 2: 'active' });
    const first = currentVersion(entriesOf([given]));
    expect(
      kinds([given, version(first, { 2: 'withdrawn', 13: 5 }), version(first, { 2: 'withdrawn', 13: 6 })]),
    ).toEqual([]);
  });
});
