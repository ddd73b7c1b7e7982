import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { Staff } from '../people/caller.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RecordTransaction } from '../store/record-transaction.ts';
import { IdempotencyStore } from './idempotency-store.ts';
import { failResource } from './resource-errors.ts';

const KEEP_MS = 30 * 24 * 3600_000;

/** A POST that writes: who, where to, and what. */
export type Post = {
  readonly staff: Staff;
  /** Its path with the ids in it: a key belongs to one route. */
  readonly route: string;
  readonly idempotencyKey: string | undefined;
  /** As validated: what is compared when the key comes again. */
  readonly body: unknown;
};

/** An answer to a POST, and the record that `key:` references to it stand for. */
export type Made<Body> = {
  readonly status: number;
  readonly body: Body;
  readonly record?: { readonly type: string; readonly id: string };
};

/** Writes that are made once, however often they are asked for. */
export class OnceService {
  readonly #access: RecordAccess;
  readonly #clock: Clock;
  readonly #answers: IdempotencyStore;

  constructor({
    store,
    access,
    clock,
  }: { readonly store: RecordStore; readonly access: RecordAccess; readonly clock: Clock }) {
    this.#access = access;
    this.#clock = clock;
    this.#answers = new IdempotencyStore(store.db);
  }

  /**
   * Does the work in one transaction in the author's name and keeps its answer there too, for 30 days; the same key of the
   * same user on the same route gives that answer again and writes nothing. Throws SH-I131 for another body, SH-A002 for
   * what is not this person's to write.
   */
  once<Body>(post: Post, work: (tx: RecordTransaction) => Made<Body>): Made<Body> {
    const { staff, route, idempotencyKey: key } = post;
    if (key === undefined) return this.#access.transact(staff, work);
    const kept = this.answered<Body>(post);
    if (kept !== undefined) return kept;
    const identity = { accountId: staff.accountId, route, key };
    const bodyHash = sha256(JSON.stringify(post.body));
    return this.#access.transact(staff, (tx) => {
      const made = work(tx);
      const nowMs = this.#clock.now();
      const { type = null, id = null } = made.record ?? {};
      const answer = JSON.stringify(made.body);
      this.#answers.keep(identity, { bodyHash, status: made.status, answer, recordType: type, recordId: id }, nowMs);
      this.#answers.forgetSome({ before: nowMs - KEEP_MS, after: nowMs + KEEP_MS });
      return made;
    });
  }

  /**
   * The answer that was kept for this POST, for what is judged before the work and would not be let through again: a code that was used,
   * words that a new day changes. Throws SH-I131 for another body.
   */
  answered<Body>({ staff, route, idempotencyKey: key, body }: Post): Made<Body> | undefined {
    const kept = key === undefined ? undefined : this.#answers.find({ accountId: staff.accountId, route, key });
    if (kept === undefined) return undefined;
    if (Buffer.compare(kept.bodyHash, sha256(JSON.stringify(body))) !== 0) throw failResource('SH-I131');
    return { status: kept.status, body: JSON.parse(kept.answer) as Body };
  }

  /** The record of that type which this user's POST with the key made. */
  recordOf(staff: Staff, key: string, recordType: string): string | undefined {
    return this.#answers.recordOf(staff.accountId, key, recordType);
  }
}
