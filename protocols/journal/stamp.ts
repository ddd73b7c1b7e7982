/** Who wrote: a node (24-bit number, 0 is the hub) in one of its incarnations (12 hex digits, one a daemon start). */
export type Origin = { readonly node: number; readonly incarnation: string };

/** The name of one change, `node.incarnation.sequence`: unique for ever, a plain text so that it can be a key. */
export type Stamp = string & { readonly __brand: 'Stamp' };

/** The stamp of a change. */
export function stampOf(origin: Origin, sequence: number): Stamp {
  return `${origin.node}.${origin.incarnation}.${sequence}` as Stamp;
}

const SHAPE = /^(\d{1,8})\.([0-9a-f]{12})\.(\d{1,15})$/;

/** The parts of a stamp; throws a RangeError on a text that is none. */
export function parseStamp(text: string): Origin & { readonly sequence: number } {
  const match = SHAPE.exec(text);
  if (match === null) throw new RangeError(`not a stamp: ${JSON.stringify(text)}`);
  return { node: Number(match[1]), incarnation: match[2] as string, sequence: Number(match[3]) };
}

/** A total order of stamps: by node, then incarnation, then sequence. Negative, 0 or positive. */
export function compareStamps(left: Stamp, right: Stamp): number {
  if (left === right) return 0;
  const a = parseStamp(left);
  const b = parseStamp(right);
  if (a.node !== b.node) return a.node - b.node;
  if (a.incarnation !== b.incarnation) return a.incarnation < b.incarnation ? -1 : 1;
  return a.sequence - b.sequence;
}
