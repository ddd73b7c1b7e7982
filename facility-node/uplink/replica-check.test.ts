import type { Digest, DigestAsk } from '@santehaggui/protocols/frames/digest-messages.ts';
import { combineDigests, type DigestEntry } from '@santehaggui/protocols/journal/digest.ts';
import { describe, expect, it } from 'vitest';
import { checkReplica, MovedOn, type OwnReplica, replicaDigest } from './replica-check.ts';

const here = { sequence: 7, feed: 3 };
const digest = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
const record = (byte: number): DigestEntry => ({
  key: 'aa000000-0000-8000-8000-000000000000',
  count: 1,
  digest: digest(byte),
});

/** A replica of one record whose digest is all of one byte. */
const replica = (byte: number): Omit<OwnReplica, 'at'> => {
  const range = { key: '170', count: 1, digest: combineDigests([record(byte)]) };
  return {
    types: () => [{ key: '1', count: 1, digest: combineDigests([range]) }],
    ranges: () => [range],
    records: () => [record(byte)],
    fields: () => [
      { key: '1', count: 1, digest: digest(0) },
      { key: '5', count: 1, digest: digest(byte) },
    ],
  };
};

/** Answers as a hub that holds such a replica and is so far. */
const answering =
  (byte: number, at = here) =>
  async (ask: DigestAsk): Promise<Digest> => {
    const { types, ranges, records, fields } = replica(byte);
    const entriesOf: Partial<Record<DigestAsk['level'], readonly DigestEntry[]>> = {
      proof: ask.level === 'proof' && ask.digest === replicaDigest(types()) ? [] : types(),
      ranges: ranges(1),
      records: records(1, 170),
      fields: fields(''),
    };
    return { kind: 'digest', ask, at, entries: entriesOf[ask.level] ?? [] };
  };

describe('checkReplica', () => {
  it('finds two equal replicas equal with one question', async () => {
    let questions = 0;
    const ask = (question: DigestAsk) => {
      questions += 1;
      return answering(1)(question);
    };
    expect(await checkReplica({ ...replica(1), at: () => here }, ask)).toMatchObject({
      converged: true,
      recordsCompared: 1,
    });
    expect(questions).toBe(1);
  });

  it('descends to the record and the field that differ', async () => {
    const { converged, differences } = await checkReplica({ ...replica(1), at: () => here }, answering(2));
    expect(converged).toBe(false);
    expect(differences).toEqual([{ recordType: 'patient', recordId: record(1).key, fields: ['phone'] }]);
  });

  it('tells an empty hub from an equal one', async () => {
    const empty = async (ask: DigestAsk): Promise<Digest> => {
      const entries = ask.level === 'proof' ? [{ key: '', count: 0, digest: new Uint8Array(0) }] : [];
      return { kind: 'digest', ask, at: here, entries };
    };
    expect(await checkReplica({ ...replica(1), at: () => here }, empty)).toMatchObject({ converged: false });
  });

  it('proves nothing when the hub or this node is elsewhere', async () => {
    const ahead = { sequence: 7, feed: 4 };
    await expect(checkReplica({ ...replica(1), at: () => here }, answering(1, ahead))).rejects.toThrow(MovedOn);
    const places = [here, ahead];
    const own = { ...replica(1), at: () => places.shift() ?? ahead };
    await expect(checkReplica(own, answering(1))).rejects.toThrow(MovedOn);
  });
});
