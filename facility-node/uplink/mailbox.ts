/** A queue with one reader: what is put in comes out in order, and the reader waits while there is nothing. */
export class Mailbox<Item> {
  #items: Item[] = [];
  #wake: (() => void) | undefined;

  /** Adds an item; never waits. */
  put(item: Item): void {
    this.#items.push(item);
    this.#wake?.();
    this.#wake = undefined;
  }

  /** The next item. */
  async take(): Promise<Item> {
    while (this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#items.shift() as Item;
  }
}
