import { z } from 'zod';

/** `POST /v1/erasures` of a hub's admin socket: a patient of a facility, by id or printed number, is erased everywhere. */
export const erasureRequest = z.strictObject({
  facility: z.string().min(1).max(40),
  patient: z.string().min(1).max(60),
  /** Why, in words that name nobody: the letter's date, the file's number. */
  reason: z.string().trim().min(3).max(200),
});

/** An erasure that was done. `records` were taken out, wherever they were; `patient` is an id that leads nowhere any more. */
export type ErasureLine = {
  readonly patient: string;
  readonly facility: string;
  readonly reason: string;
  readonly records: number;
  readonly at: string;
};
