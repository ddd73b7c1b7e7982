import { z } from 'zod';

/** One of the two writes of a conflict, without its value. `at` is RFC 3339; `node` the number of the node that wrote. */
const writeHead = z.object({
  at: z.string(),
  isClockTrusted: z.boolean(),
  node: z.int(),
  role: z.string(),
  roleWords: z.string(),
});

const conflictHead = z.object({
  id: z.string(),
  foundAt: z.string(),
  recordType: z.string(),
  recordId: z.string(),
  field: z.string(),
  /** The record's type and the field, as forms call them. */
  label: z.string(),
});

/** One line of `GET /v1/sync/conflicts` of the admin socket: what met, without any value or name. */
export const conflictLine = conflictHead.extend({ winner: writeHead, loser: writeHead });
export type ConflictLine = z.infer<typeof conflictLine>;

/** A value as the API shows it and in words; null where the write took the value away. */
const told = z.object({
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
  words: z.string(),
});

const write = writeHead.extend({ author: z.string().nullable(), name: z.string().nullable() }).extend(told.shape);

/**
 * A conflict for those who may read the record: `GET /api/v1/conflicts` and `GET /api/v1/conflicts/{id}`. `winner` is the
 * write that counts of the two; `current` the one that stands now where somebody went on since.
 */
export const conflictShown = conflictHead.extend({
  sentence: z.string(),
  patient: z.object({ id: z.string(), name: z.string() }).optional(),
  winner: write,
  loser: write,
  current: write.optional(),
});
export type ConflictShown = z.infer<typeof conflictShown>;

/** `POST /api/v1/conflicts/{id}/resolution`: which of the two values is right, or another one. */
export const conflictResolution = z.union([
  z.strictObject({ keep: z.enum(['winner', 'loser']) }),
  z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]).nullable() }),
]);
export type ConflictResolution = z.infer<typeof conflictResolution>;

/** The answer to {@link conflictResolution}: the field as it stands now, and how many conflicts of it that settled. */
export const conflictResolved = z.object({
  recordType: z.string(),
  recordId: z.string(),
  field: z.string(),
  value: told.shape.value,
  words: z.string(),
  /** The record's version after it: its ETag. */
  version: z.string(),
  settled: z.int(),
});
export type ConflictResolved = z.infer<typeof conflictResolved>;
