import { type LineageEntry, MAX_RANGES } from '../frames/messages.ts';
import { type Range, type Ranges, rangesOf } from '../frames/ranges.ts';
import type { ChainState, ParkedChange } from './follow-chain.ts';

/** What is here of a node, as it may be told: each sequence of this is a change of that node's own past, not of a copy's. */
export type Standing = {
  readonly incarnation: string;
  readonly upTo: number;
  /** The chain head there; empty where that is not the end of a chain. */
  readonly head: Uint8Array;
  readonly beyond: Ranges;
};

/** What is known of a node: its chains, at least those of its lineage, and what is beyond gaps. */
export type Known = {
  readonly chains: ReadonlyMap<string, Pick<ChainState, 'lastSequence' | 'head'>>;
  readonly parked: readonly ParkedChange[];
};

/**
 * How far the past that a node names is here: the newest of its incarnations that is known, how far, and the first
 * {@link MAX_RANGES} ranges beyond; null when nothing of it is. What an incarnation wrote beyond the node's own end of it, another copy of
 * the node's disk wrote. With `positions`, the ranges are those that these lie in.
 */
export function standingOf(
  lineage: readonly LineageEntry[],
  { chains, parked }: Known,
  positions?: ReadonlySet<number>,
): Standing | null {
  const own = parked.filter(({ incarnation, sequence }) =>
    lineage.some((entry) => entry.incarnation === incarnation && sequence <= entry.lastSequence),
  );
  const known = lineage.find(({ incarnation }) => chains.has(incarnation));
  const incarnation = known?.incarnation ?? own[0]?.incarnation;
  if (incarnation === undefined) return null;
  const chain = chains.get(incarnation);
  const upTo = Math.min(chain?.lastSequence ?? 0, known?.lastSequence ?? 0);
  const ranges = rangesOf(own.map(({ sequence }) => sequence).filter((sequence) => sequence > upTo));
  const beyond = positions === undefined ? ranges : ranges.filter((range) => hasAnyWithin(positions, range));
  const head = chain !== undefined && chain.lastSequence === upTo ? chain.head : new Uint8Array(0);
  return { incarnation, upTo, head, beyond: beyond.slice(0, MAX_RANGES) };
}

/**
 * Those among what is beyond gaps that no incarnation of this past wrote: another copy of the node's disk did, and its own HELLO may
 * never come.
 */
export function strangersIn<Parked extends ParkedChange>(
  lineage: readonly LineageEntry[],
  parked: readonly Parked[],
): readonly Parked[] {
  return parked.filter(
    ({ incarnation, sequence }) =>
      !lineage.some((entry) => entry.incarnation === incarnation && sequence <= entry.lastSequence),
  );
}

function hasAnyWithin(positions: ReadonlySet<number>, { from, to }: Range): boolean {
  return positions.values().some((position) => position >= from && position <= to);
}

/** The past of a node that goes on writing in an incarnation, as the HELLO of a connection told it. */
export function growingLineage(incarnation: string, lineage: readonly LineageEntry[]): readonly LineageEntry[] {
  const earlier = lineage.filter((entry) => entry.incarnation !== incarnation);
  return [{ incarnation, lastSequence: Number.MAX_SAFE_INTEGER }, ...earlier];
}
