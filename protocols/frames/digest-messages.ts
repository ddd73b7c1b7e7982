import { encodeCbor } from '../cbor.ts';
import { fromHex, fromUuid, toHex, toUuid } from '../crypto/bytes.ts';
import type { DigestEntry } from '../journal/digest.ts';
import { bytes, list, natural, text } from './message-parts.ts';

/**
 * The comparison of two replicas, node asking, hub answering with the same `ask` (docs/protocol.md, 5):
 *
 * | level | the answer's entries |
 * |---|---|
 * | `place` | none: nothing but how far the hub is, which every answer tells |
 * | `proof` | none when the hub's replica has this very digest, and the hub notes that; else those of `types` |
 * | `types` | one a record type |
 * | `ranges` | one a first byte of the record id, of one type |
 * | `records` | one a record of such a range |
 * | `fields` | one a field of a record |
 * | `differing` | none: the node tells, by type, how many records it found to differ |
 * | `journal` | one a first byte of the record id, over the changes of those records |
 * | `histories` | one a record of such a range, over its changes |
 * | `changes` | one a change of a record |
 * | `contents` | one a first byte of the record id, over the records whose content is whole |
 * | `contents-of` | one a record of such a range |
 */
export type DigestAsk =
  | { readonly level: 'place' }
  | { readonly level: 'types' }
  | { readonly level: 'ranges'; readonly type: number }
  | { readonly level: 'records'; readonly type: number; readonly range: number }
  | { readonly level: 'fields'; readonly record: string }
  /** 32 hex digits. */
  | { readonly level: 'proof'; readonly digest: string }
  | { readonly level: 'differing'; readonly types: readonly DifferingType[] }
  | { readonly level: 'journal' }
  | { readonly level: 'histories'; readonly range: number }
  | { readonly level: 'changes'; readonly record: string }
  | { readonly level: 'contents' }
  | { readonly level: 'contents-of'; readonly range: number };

/** How many records of a type, by its number, differ. */
export type DifferingType = { readonly type: number; readonly records: number };

/**
 * A digest frame; `entries` is null in the question. Keys are type numbers, range bytes, record ids (UUID text), field
 * numbers or stamps of changes.
 */
export type Digest = {
  readonly kind: 'digest';
  readonly ask: DigestAsk;
  /** The node's last sequence and feed position that the digest speaks of. */
  readonly at: { readonly sequence: number; readonly feed: number };
  readonly entries: readonly DigestEntry[] | null;
};

/** In the order of their numbers on the wire. */
const LEVELS = [
  ...(['types', 'ranges', 'records', 'fields', 'place'] as const),
  ...(['proof', 'differing', 'journal', 'histories', 'changes', 'contents', 'contents-of'] as const),
] as const;
/** More types than a catalogue has. */
const MAX_TYPES = 256;

/** The body of a digest's frame. */
export function encodeDigest({ ask, at, entries }: Digest): Uint8Array {
  const rows = entries === null ? null : entries.map(({ key, count, digest }) => [key, count, digest]);
  return encodeCbor([LEVELS.indexOf(ask.level), detailOf(ask), [at.sequence, at.feed], rows]);
}

/** A digest from its decoded CBOR; throws RangeError on anything that {@link encodeDigest} cannot have made. */
export function digestOf([level, detail, at, rows]: readonly unknown[]): Digest {
  const [sequence, feed] = list(at);
  const entries = rows === null ? null : list(rows).map(entryOf);
  return {
    kind: 'digest',
    ask: askOf(natural(level), list(detail)),
    at: { sequence: natural(sequence), feed: natural(feed) },
    entries,
  };
}

function entryOf(row: unknown): DigestEntry {
  const [key, count, digest] = list(row);
  return { key: text(key), count: natural(count), digest: bytes(digest) };
}

function detailOf(ask: DigestAsk): readonly unknown[] {
  switch (ask.level) {
    case 'ranges':
      return [ask.type];
    case 'records':
      return [ask.type, ask.range];
    case 'fields':
    case 'changes':
      return [fromUuid(ask.record)];
    case 'proof':
      return [fromHex(ask.digest)];
    case 'differing':
      return ask.types.map(({ type, records }) => [type, records]);
    case 'histories':
    case 'contents-of':
      return [ask.range];
    default:
      return [];
  }
}

function askOf(level: number, detail: readonly unknown[]): DigestAsk {
  const [first, second] = detail;
  const name = LEVELS[level];
  switch (name) {
    case 'types':
    case 'place':
    case 'journal':
    case 'contents':
      return { level: name };
    case 'ranges':
      return { level: name, type: natural(first) };
    case 'records':
      return { level: name, type: natural(first), range: natural(second) };
    case 'histories':
    case 'contents-of':
      return { level: name, range: natural(first) };
    case 'fields':
    case 'changes':
      return { level: name, record: toUuid(bytes(first, 16)) };
    case 'proof':
      return { level: name, digest: toHex(bytes(first, 16)) };
    case 'differing':
      return { level: name, types: differingOf(detail) };
    default:
      throw new RangeError('no such level of digests');
  }
}

function differingOf(detail: readonly unknown[]): readonly DifferingType[] {
  if (detail.length > MAX_TYPES) throw new RangeError('more types than there are');
  return detail.map((entry) => {
    const [type, records] = list(entry);
    return { type: natural(type), records: natural(records) };
  });
}
