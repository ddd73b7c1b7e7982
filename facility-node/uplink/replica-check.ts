import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { Digest, DigestAsk } from '@santehaggui/protocols/frames/digest-messages.ts';
import { combineDigests, type DigestEntry } from '@santehaggui/protocols/journal/digest.ts';
import { recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';

/** This replica as it is now: how far it is, and its digests in the four depths. */
export type OwnReplica = {
  readonly at: () => { readonly sequence: number; readonly feed: number };
  readonly types: () => readonly DigestEntry[];
  readonly ranges: (type: number) => readonly DigestEntry[];
  readonly records: (type: number, range: number) => readonly DigestEntry[];
  /** None for a record that is not here. */
  readonly fields: (recordId: string) => readonly DigestEntry[];
};

/** Thrown when either side moved on during the comparison: ask again. */
export class MovedOn extends Error {
  override readonly name = 'MovedOn';
}

/** More differences than these are not listed: something is wrong that a list does not help with. */
export const MAX_DIFFERENCES = 100;

/** The digest of a whole replica, in hexadecimal. */
export function replicaDigest(types: readonly DigestEntry[]): string {
  return toHex(combineDigests(types));
}

/**
 * Compares this replica with the hub's: as a whole, which the hub notes when it is the same, then by types, then by ranges of the types that differ, then by records of the ranges
 * that differ, then by their fields. Throws {@link MovedOn} when the two did not speak of the same changes.
 */
export async function checkReplica(
  own: OwnReplica,
  ask: (ask: DigestAsk) => Promise<Digest>,
): Promise<SyncVerification> {
  const at = own.at();
  const mine = own.types();
  const answer = async (question: DigestAsk): Promise<readonly DigestEntry[]> => {
    const { at: hubAt, entries } = await ask(question);
    const now = own.at();
    const isSame = [hubAt, now].every(({ sequence, feed }) => sequence === at.sequence && feed === at.feed);
    if (!isSame || entries === null) throw new MovedOn();
    return entries;
  };
  const digest = replicaDigest(mine);
  const answered = await answer({ level: 'proof', digest });
  // No entry at all says "the same".
  const theirs = answered.length === 0 ? mine : answered.filter(({ count }) => count > 0);
  const digests = {
    digest,
    hubDigest: replicaDigest(theirs),
    recordsCompared: mine.reduce((sum, { count }) => sum + count, 0),
  };
  if (digests.digest === digests.hubDigest) return { converged: true, ...digests, differences: [] };

  const differences: SyncVerification['differences'][number][] = [];
  for (const typeKey of differentKeys(mine, theirs)) {
    const type = Number(typeKey);
    for (const rangeKey of differentKeys(own.ranges(type), await answer({ level: 'ranges', type }))) {
      const range = Number(rangeKey);
      const ids = differentKeys(own.records(type, range), await answer({ level: 'records', type, range }));
      for (const recordId of ids) {
        if (differences.length >= MAX_DIFFERENCES) return { converged: false, ...digests, differences };
        const fields = differentKeys(own.fields(recordId), await answer({ level: 'fields', record: recordId }));
        differences.push({
          recordType: recordTypeNumbered(type)?.name ?? typeKey,
          recordId,
          fields: namesOf(type, fields),
        });
      }
    }
  }
  return { converged: false, ...digests, differences };
}

/** The names of fields by number; the number of one that only a newer catalogue knows. */
function namesOf(typeNumber: number, numbers: readonly string[]): readonly string[] {
  const names = Object.entries(recordTypeNumbered(typeNumber)?.fields ?? {});
  return numbers.map((number) => names.find(([, field]) => String(field.number) === number)?.[0] ?? number);
}

/** The keys that only one side has, or that the two have with other digests, in order. */
export function differentKeys(mine: readonly DigestEntry[], theirs: readonly DigestEntry[]): readonly string[] {
  const text = ({ count, digest }: DigestEntry): string => `${count} ${toHex(digest)}`;
  const left = new Map(mine.map((entry) => [entry.key, text(entry)]));
  const right = new Map(theirs.map((entry) => [entry.key, text(entry)]));
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => left.get(key) !== right.get(key)).sort();
}
