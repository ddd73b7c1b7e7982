import { chainHead } from './chain.ts';
import type { EncodedChange } from './change-codec.ts';

/** Consecutive changes of one incarnation that are to go back between others, whose heads are known. */
export type LostRun = {
  readonly journalKey: Uint8Array;
  /** The chain head before them. */
  readonly before: Uint8Array;
  readonly run: readonly EncodedChange[];
  /** What follows them: the head after them, or the next change and the head after that. */
  readonly after: { readonly head: Uint8Array; readonly next?: EncodedChange };
};

/**
 * The heads after each change of a lost run, when the chain proves that these are the very bytes that were lost; undefined when
 * it does not.
 */
export function headsOfRun({ journalKey, before, run, after }: LostRun): readonly Uint8Array[] | undefined {
  let head = before;
  const heads = run.map((encoded) => {
    head = chainHead(head, encoded, journalKey);
    return head;
  });
  const end = after.next === undefined ? head : chainHead(head, after.next, journalKey);
  return Buffer.compare(end, after.head) === 0 ? heads : undefined;
}
