import type { Digest } from '@santehaggui/protocols/frames/messages.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { readFieldDigests, readPlace, readRangeDigests, readRecordDigests, readTypeDigests } from './digest-store.ts';

/**
 * Answers a node that compares its replica with ours: the digests of its facility's register and, of the same snapshot,
 * the last sequence received and the length of its feed. The node compares those with its own and knows whether the two
 * speak of the same changes.
 */
export function answerDigest(
  database: HubDatabase,
  node: { readonly facility: string; readonly node: number },
  { ask }: Digest,
): Promise<Digest> {
  return database.transaction(
    async (sql) => {
      const at = await readPlace(sql, node);
      const { facility } = node;
      if (ask.level === 'place') return { kind: 'digest', ask, at, entries: [] };
      if (ask.level === 'types') return { kind: 'digest', ask, at, entries: await readTypeDigests(sql, facility) };
      if (ask.level === 'ranges')
        return { kind: 'digest', ask, at, entries: await readRangeDigests(sql, facility, ask.type) };
      if (ask.level === 'records')
        return { kind: 'digest', ask, at, entries: await readRecordDigests(sql, facility, ask) };
      return { kind: 'digest', ask, at, entries: await readFieldDigests(sql, facility, ask.record) };
    },
    { isolation: 'repeatable read', isReadOnly: true },
  );
}
