import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { Digest, DigestAsk } from '@santehaggui/protocols/frames/digest-messages.ts';
import { combineDigests, digestsByRange } from '@santehaggui/protocols/journal/digest.ts';
import { readContentDigests } from '../attachments/attachments-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import {
  type ComparingNode,
  readChangeDigests,
  readFieldDigests,
  readHistoryDigests,
  readJournalDigests,
  readPlace,
  readRangeDigests,
  readRecordDigests,
  readTypeDigests,
} from './digest-store.ts';

/** What the hub is told or finds out in a comparison, to be kept. */
export type ComparisonKeeper = {
  /** Both held the same at a place. */
  readonly proven: (facility: string, at: Digest['at']) => Promise<void>;
  /** How many records of which types the node found to differ. */
  readonly differing: (
    facility: string,
    types: Extract<DigestAsk, { readonly level: 'differing' }>['types'],
  ) => Promise<void>;
};

/** What stands for "none of any type" where no entry at all means "the same". */
const NOTHING_HERE = { key: '', count: 0, digest: new Uint8Array(0) };

/**
 * Answers a node that compares its replica with ours: the digests of its facility's register and, of the same snapshot,
 * the last sequence received and the length of its feed. The node compares those with its own and knows whether the two
 * speak of the same changes.
 */
export async function answerDigest(
  database: HubDatabase,
  node: ComparingNode,
  { question, keeper }: { readonly question: Digest; readonly keeper: ComparisonKeeper },
): Promise<Digest> {
  const { ask } = question;
  const answer = await database.transaction(
    async (sql): Promise<Digest> => {
      const at = await readPlace(sql, node);
      return { kind: 'digest', ask, at, entries: await entriesOf(sql, node.facility, ask) };
    },
    { isolation: 'repeatable read', isReadOnly: true },
  );
  const { at, entries } = answer;
  const isSamePlace = at.sequence === question.at.sequence && at.feed === question.at.feed;
  if (ask.level === 'proof' && isSamePlace && entries?.length === 0) await keeper.proven(node.facility, at);
  if (ask.level === 'differing') await keeper.differing(node.facility, ask.types);
  return answer;
}

async function entriesOf(sql: Sql, facility: string, ask: DigestAsk): Promise<NonNullable<Digest['entries']>> {
  switch (ask.level) {
    case 'place':
    case 'differing':
      return [];
    case 'proof': {
      const types = await readTypeDigests(sql, facility);
      if (toHex(combineDigests(types)) === ask.digest) return [];
      return types.length === 0 ? [NOTHING_HERE] : types;
    }
    case 'types':
      return readTypeDigests(sql, facility);
    case 'ranges':
      return readRangeDigests(sql, facility, ask.type);
    case 'records':
      return readRecordDigests(sql, facility, ask);
    case 'fields':
      return readFieldDigests(sql, facility, ask.record);
    case 'journal':
      return readJournalDigests(sql, facility);
    case 'histories':
      return readHistoryDigests(sql, facility, ask.range);
    case 'changes':
      return readChangeDigests(sql, facility, ask.record);
    case 'contents':
      return digestsByRange(await readContentDigests(sql, facility));
    case 'contents-of':
      return (await readContentDigests(sql, facility)).filter(
        ({ key }) => Number.parseInt(key.slice(0, 2), 16) === ask.range,
      );
  }
}
