import type { FeedStanding } from '@santehaggui/protocols/frames/messages.ts';
import type { Offer, Offered } from '@santehaggui/protocols/frames/offer-messages.ts';
import type { OfferStore } from '../store/offer-store.ts';

/** So much is offered at once, in bytes: one frame is under way at a time, and a link that dies loses no more. */
const OFFER_BYTES = 8 * 1024;

/** The changes that a restored hub is given back, one frame after the other, before anything else is sent. */
export class Offering {
  readonly #store: OfferStore;
  #underWay: Offer | undefined;

  constructor(store: OfferStore) {
    this.#store = store;
  }

  /** Takes over what the hub said of the feed, if anything; gives the first offer, or undefined when it wants none. */
  begin(standing: FeedStanding | undefined): Offer | undefined {
    if (standing === undefined) this.#store.offered(null);
    else this.#store.join(standing);
    return this.#next();
  }

  /** Notes an answer; gives the next offer, or undefined after the last. Throws on an answer to nothing. */
  answered({ upTo }: Offered): Offer | undefined {
    const offer = this.#underWay;
    if (offer === undefined || upTo !== offer.upTo) throw new Error('an answer to what was not offered');
    this.#store.offered(offer.isLast ? null : upTo);
    return this.#next();
  }

  #next(): Offer | undefined {
    this.#underWay = this.#store.next(OFFER_BYTES);
    return this.#underWay;
  }
}
