import type { StampParts } from './change-shape.ts';

/** What is known of the change whose values are coded. */
export type ChangeNow = {
  readonly stamp: StampParts;
  readonly originIndex: number;
  readonly ms: number;
  readonly type: number;
  /** What the change is about, once that was coded: the hash of its key field; 0 before. */
  key: number;
  /** The hash of the text coded last in this change. */
  previousText: number;
};

/** Thrown where a frame would become larger, opened, than its size allows. */
export class CodecLimit extends Error {
  override readonly name = 'CodecLimit';
}

/** How many bytes may still come out of a frame: sizes are checked before anything is made. */
export class ReadingBudget {
  readonly #bytes: number;
  #spent = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** What was taken off so far: a writer takes off as much as its reader will. */
  spent(): number {
    return this.#spent;
  }

  /** Takes so many bytes off; throws {@link CodecLimit} when there are not so many left. */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#bytes) throw new CodecLimit('more than a frame of this size may hold');
  }
}
