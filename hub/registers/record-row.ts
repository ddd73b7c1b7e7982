import type { RecordState } from '@santehaggui/protocols/journal/merge.ts';

/** A row of `record`. */
export type RecordRow = {
  readonly id: string;
  readonly type: number;
  readonly fields: RecordState['fields'];
  readonly stamps: RecordState['stamps'];
  readonly conflicts: number;
  readonly lastStamp: string;
};

/** A row of `record` to be written. */
export type RecordWrite = RecordRow & { readonly digest: Uint8Array };
