import { z } from 'zod';

/** A note that was written, or a short message that came, while nobody had opened the node. */
export const emergencyNoteLine = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.enum(['note', 'sms']),
  /** Who signed it, or the number that it came from. */
  writtenBy: z.string(),
  text: z.string(),
  takenUpAt: z.iso.datetime().nullable(),
  takenUpBy: z.string().nullable(),
});

/** See {@link emergencyNoteLine}. */
export type EmergencyNoteLine = Readonly<z.infer<typeof emergencyNoteLine>>;
