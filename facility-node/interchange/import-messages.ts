import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';

import type { DatabaseFile } from '../store/key-ring.ts';

/** Where in the given files something stands. */
export type FilePlace = { readonly file: string; readonly path: string };

/** A reference that a field is to hold. `target` is the number of the entry it leads to; null: none of these files. */
export type ImportedReference = {
  readonly field: string;
  readonly path: string;
  readonly reference: string;
  readonly target: number | null;
};

/** One resource, checked and mapped, as the reading thread hands it to the one that writes. */
export type ImportedEntry = FilePlace & {
  /** Unique in this import. */
  readonly number: number;
  readonly sourceSystem: string;
  readonly resourceType: string;
  readonly foreignId: string;
  /** Null where it is `urn:uuid:` and the id, or where there is none. */
  readonly fullUrl: string | null;
  /** Name of the record type. */
  readonly recordType: string;
  /** As stored, without references. */
  readonly fields: NamedFields;
  /** What stood in the resource itself, of a document. */
  readonly content?: Uint8Array;
  /** JSON: by field number a short hash of what came in, references as text. Equal texts: equal resources. */
  readonly fieldHashes: string;
  readonly references: readonly ImportedReference[];
  /** References that no field holds and that lead to none of these files. */
  readonly mentions: readonly { readonly path: string; readonly reference: string }[];
};

/** How many resources of a type were read, and what became of those that the writing thread never sees. */
export type ReadCounts = {
  readonly read: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly unsupported: number;
};

/** What all files together hold; nothing has been written yet. */
export type ImportReading = {
  readonly files: number;
  readonly counts: Readonly<Record<string, ReadCounts>>;
  readonly refusals: readonly (FilePlace & { readonly reason: string })[];
  readonly incomplete: readonly (FilePlace & { readonly reason: string })[];
  /** Entries that will be handed over. */
  readonly entries: number;
};

/** What the reading thread says. */
export type ReaderMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'reading'; readonly reading: ImportReading }
  /** Empty: that was all. */
  | { readonly kind: 'entries'; readonly entries: readonly ImportedEntry[] }
  | { readonly kind: 'checkpointed' };

/** What the reading thread is started with. */
export type ReaderData = { readonly files: readonly string[]; readonly database: DatabaseFile };

/** What the writing thread says: how many entries it wants next, or that the write-ahead log has grown long. */
export type WriterMessage = { readonly kind: 'next'; readonly limit: number } | { readonly kind: 'checkpoint' };
