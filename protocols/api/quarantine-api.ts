import type { FieldValue } from '../records/record-type.ts';

/**
 * One line of `GET /v1/sync/quarantine` of the admin socket of a node or a hub: a change that was refused or could not be
 * applied, without any value or name. `id` names it in the other calls.
 */
export type QuarantineLine = {
  readonly id: string;
  /** `up`: a change of the node that the hub refused; `down`: one from the hub that could not be applied at the node. */
  readonly direction: 'up' | 'down';
  /** At a node the sequence (`up`) or the feed's position (`down`); at a hub the sequence. */
  readonly position: number;
  /** At a hub: whose change it is. */
  readonly facility?: string;
  readonly at: string;
  readonly code: string;
  /** What is wrong and what to do, in the language asked for. */
  readonly title: string;
  readonly remedy: string;
  /** At a hub: what is wrong where, without any value. */
  readonly detail?: string;
  /** What the change is about, as far as it can be read. */
  readonly change: {
    readonly recordType: string;
    readonly recordId: string;
    readonly isCreate: boolean;
    readonly role: string;
    readonly roleWords: string;
    readonly writtenAt: string;
    readonly fields: readonly { readonly field: string; readonly label: string }[];
  } | null;
};

/** `GET /v1/quarantine/{id}` of a node, for staff who may read the record: the values too. */
export type QuarantineShown = QuarantineLine & {
  readonly author: string | null;
  readonly values: readonly {
    readonly field: string;
    readonly label: string;
    readonly value: FieldValue | null;
    readonly words: string;
  }[];
};

/** What became of one entry in `POST /v1/sync/quarantine/retry`; `waits`: nothing could be found out now, `reason` says why. */
export type QuarantineOutcome = {
  readonly id: string;
  readonly result: 'solved' | 'kept' | 'waits';
  readonly code: string;
  readonly title: string;
  readonly reason?: string;
};

/** The answer to `POST /v1/sync/quarantine/retry`. */
export type QuarantineRetryAnswer = {
  readonly tried: number;
  readonly solved: number;
  readonly outcomes: readonly QuarantineOutcome[];
};
