import type { Countersignature, SignedCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import type { Database, Statement } from 'better-sqlite3';

/** A checkpoint that the hub has countersigned, over so many entries. */
export type Anchor = {
  readonly entries: number;
  readonly checkpoint: SignedCheckpoint;
  readonly countersignature: Countersignature;
};

type AnchorRow = {
  readonly entries: number;
  readonly checkpoint: Buffer;
  readonly signature: Buffer;
  readonly countersigned_at: number;
  readonly countersignature: Buffer;
};

/** The table `audit_anchor`, which only grows. */
export class AnchorStore {
  readonly #all: Statement<[], AnchorRow>;
  readonly #last: Statement<[], AnchorRow>;
  readonly #add: Statement<[number, Uint8Array, Uint8Array, number, Uint8Array]>;

  constructor(db: Database) {
    this.#all = db.prepare('select * from audit_anchor order by entries');
    this.#last = db.prepare('select * from audit_anchor order by entries desc limit 1');
    // The first word for a trail of that length stays: a later one says the same.
    this.#add = db.prepare('insert into audit_anchor values (?, ?, ?, ?, ?) on conflict (entries) do nothing');
  }

  /** All, the shortest trail first. */
  all(): readonly Anchor[] {
    return this.#all.all().map(anchorOf);
  }

  /** The one over the longest trail. */
  last(): Anchor | undefined {
    const row = this.#last.get();
    return row === undefined ? undefined : anchorOf(row);
  }

  /** Keeps one. */
  add({ entries, checkpoint, countersignature }: Anchor): void {
    const { at, signature } = countersignature;
    this.#add.run(entries, checkpoint.bytes, checkpoint.signature, at, signature);
  }
}

function anchorOf(row: AnchorRow): Anchor {
  return {
    entries: row.entries,
    checkpoint: { bytes: new Uint8Array(row.checkpoint), signature: new Uint8Array(row.signature) },
    countersignature: { at: row.countersigned_at, signature: new Uint8Array(row.countersignature) },
  };
}
