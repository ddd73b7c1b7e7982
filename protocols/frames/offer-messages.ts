import { encodeCbor } from '../cbor.ts';
import type { EncodedChange } from '../journal/change-codec.ts';

/**
 * A node gives the hub, which was restored from a backup, changes that it once received from it. `upTo` is a place in the
 * node's journal; nothing that the hub asked for is left before it. Plain CBOR: it is rare, and no memory of earlier frames
 * can be relied on then.
 */
export type Offer = {
  readonly kind: 'offer';
  readonly upTo: number;
  /** Whether this is all of it. */
  readonly isLast: boolean;
  readonly changes: readonly EncodedChange[];
};

/** The hub's answer to an {@link Offer}: all of it up to `upTo` is safe there. */
export type Offered = { readonly kind: 'offered'; readonly upTo: number };

/** The body of an offer's frame, or of its answer's. */
export function encodeOffer(message: Offer | Offered): Uint8Array {
  if (message.kind === 'offered') return encodeCbor([message.upTo]);
  const { upTo, isLast, changes } = message;
  return encodeCbor([upTo, isLast, changes.map(({ meta, fields }) => [meta, fields])]);
}

/** An offer from its decoded CBOR; throws RangeError on anything that {@link encodeOffer} cannot have made. */
export function offerOf([upTo, isLast, changes]: readonly unknown[]): Offer {
  if (!Array.isArray(changes) || typeof isLast !== 'boolean') throw new RangeError('no offer');
  return { kind: 'offer', upTo: placeOf(upTo), isLast, changes: changes.map(changeOf) };
}

/** The answer to an offer from its decoded CBOR; throws RangeError. */
export function offeredOf([upTo]: readonly unknown[]): Offered {
  return { kind: 'offered', upTo: placeOf(upTo) };
}

function changeOf(value: unknown): EncodedChange {
  const [meta, fields] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (!(meta instanceof Uint8Array) || !(fields instanceof Uint8Array)) throw new RangeError('no change');
  return { meta, fields };
}

function placeOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new RangeError('not a natural number');
  return value as number;
}
