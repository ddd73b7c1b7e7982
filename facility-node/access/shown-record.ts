import type { StoredRecord } from '../store/stored-record.ts';

declare const judged: unique symbol;

/**
 * A record as far as somebody may see it: without the fields that are not for them. Only `RecordAccess` makes one, and only one is
 * ever put into an answer.
 */
export type ShownRecord = StoredRecord & { readonly [judged]: true };
