import { encodeCbor } from '../cbor.ts';
import { fromHex, fromUuid, toHex, toUuid } from '../crypto/bytes.ts';
import type { EncodedChange } from '../journal/change-codec.ts';
import { parseStamp, type Stamp, stampOf } from '../journal/stamp.ts';
import { bytes, list, natural } from './message-parts.ts';

/**
 * A node mends what a comparison found to differ while nothing waits (docs/protocol.md, 5.4): it asks for changes, names those
 * of others that the hub lacks, gives its own that the hub lacks or has with other bytes, and has the hub merge records again.
 */
export type Repair = {
  readonly kind: 'repair';
  readonly records: readonly string[];
  readonly wants: readonly Stamp[];
  readonly names: readonly Stamp[];
  readonly gives: readonly EncodedChange[];
};

/** Sequences of the node's own journal, all of one incarnation. */
export type OwnRun = { readonly incarnation: string; readonly from: number; readonly to: number };

/** The hub's answer to a {@link Repair}, once it has mended its own side. */
export type Repaired = {
  readonly kind: 'repaired';
  /** What was wanted, as far as the hub can vouch for it. */
  readonly changes: readonly EncodedChange[];
  /** What the hub's journal lacks of the node's own. */
  readonly missing: readonly OwnRun[];
  /** How many changes of the hub's journal were put back or replaced, and how many of its records were merged otherwise than they stood. */
  readonly changesMended: number;
  readonly recordsMended: number;
};

/** The hub tells a node that is being loaded how far that is: of patients in all, and how many are still to come; then 0. */
export type Loading = {
  readonly kind: 'loading';
  readonly patients: number;
  readonly left: number;
  readonly records: number;
};

/** So many records, changes or runs are in one message at most. */
export const MAX_REPAIRED = 2000;

/** The body of such a frame. */
export function encodeRepair(message: Repair | Repaired | Loading): Uint8Array {
  if (message.kind === 'loading') return encodeCbor([message.patients, message.left, message.records]);
  if (message.kind === 'repair') {
    const { records, wants, names, gives } = message;
    return encodeCbor([records.map(fromUuid), wants.map(stampParts), names.map(stampParts), gives.map(changeParts)]);
  }
  const { changes, missing, changesMended, recordsMended } = message;
  const runs = missing.map(({ incarnation, from, to }) => [fromHex(incarnation), from, to]);
  return encodeCbor([changes.map(changeParts), runs, changesMended, recordsMended]);
}

/** A repair from its decoded CBOR; throws RangeError, as do the two below. */
export function repairOf([records, wants, names, gives]: readonly unknown[]): Repair {
  return {
    kind: 'repair',
    records: some(records).map((id) => toUuid(bytes(id, 16))),
    wants: some(wants).map(stampFrom),
    names: some(names).map(stampFrom),
    gives: some(gives).map(changeFrom),
  };
}

/** The answer to a repair from its decoded CBOR. */
export function repairedOf([changes, missing, changesMended, recordsMended]: readonly unknown[]): Repaired {
  return {
    kind: 'repaired',
    changes: some(changes).map(changeFrom),
    missing: some(missing).map((run) => {
      const [incarnation, from, to] = list(run);
      return { incarnation: toHex(bytes(incarnation, 6)), from: natural(from), to: natural(to) };
    }),
    changesMended: natural(changesMended),
    recordsMended: natural(recordsMended),
  };
}

/** The state of a load from its decoded CBOR. */
export function loadingOf([patients, left, records]: readonly unknown[]): Loading {
  return { kind: 'loading', patients: natural(patients), left: natural(left), records: natural(records) };
}

function some(value: unknown): readonly unknown[] {
  const entries = list(value);
  if (entries.length > MAX_REPAIRED) throw new RangeError('more than is mended at once');
  return entries;
}

function stampParts(stamp: Stamp): readonly unknown[] {
  const { node, incarnation, sequence } = parseStamp(stamp);
  return [node, fromHex(incarnation), sequence];
}

function stampFrom(parts: unknown): Stamp {
  const [node, incarnation, sequence] = list(parts);
  return stampOf({ node: natural(node), incarnation: toHex(bytes(incarnation, 6)) }, natural(sequence));
}

function changeParts({ meta, fields }: EncodedChange): readonly unknown[] {
  return [meta, fields];
}

function changeFrom(parts: unknown): EncodedChange {
  const [meta, fields] = list(parts);
  return { meta: bytes(meta), fields: bytes(fields) };
}
