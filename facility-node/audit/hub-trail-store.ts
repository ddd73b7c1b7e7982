import type { Countersignature, SignedCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import type { Database, Statement } from 'better-sqlite3';

type Row = { readonly checkpoint: Buffer; readonly signature: Buffer };

/** The table `hub_trail`: what this node has countersigned of the hub's trail. It only grows. */
export class HubTrailStore {
  readonly #last: Statement<[string], Row>;
  readonly #add: Statement<[string, number, Uint8Array, Uint8Array, number, Uint8Array]>;

  constructor(db: Database) {
    this.#last = db.prepare(
      'select checkpoint, signature from hub_trail where generation = ? order by entries desc limit 1',
    );
    this.#add = db.prepare('insert into hub_trail values (?, ?, ?, ?, ?, ?) on conflict do nothing');
  }

  /** The checkpoint over the longest trail in a generation. */
  last(generation: string): SignedCheckpoint | undefined {
    const row = this.#last.get(generation);
    if (row === undefined) return undefined;
    return { bytes: new Uint8Array(row.checkpoint), signature: new Uint8Array(row.signature) };
  }

  /** Keeps one. */
  add(
    { generation, entries }: { readonly generation: string; readonly entries: number },
    { bytes, signature }: SignedCheckpoint,
    word: Countersignature,
  ): void {
    this.#add.run(generation, entries, bytes, signature, word.at, word.signature);
  }
}
