import { z } from 'zod';
import { EMERGENCY_REASONS, EMERGENCY_REVIEWS } from '../records/emergency-access.ts';
import { uuidText } from '../records/schema.ts';

const words = (shortest: number, longest: number) => z.string().trim().min(shortest).max(longest);

/** `POST /api/v1/emergency-accesses`: whose record, by its id or by the number of the carnet, and why. */
export const emergencyRequest = z
  .strictObject({
    patient: uuidText.optional(),
    patientNumber: words(4, 30).optional(),
    reason: z.enum(EMERGENCY_REASONS),
    text: words(10, 300),
    /** Whether the hub is asked for what other facilities hold; always so for a patient who is not here. */
    asksOthers: z.boolean().default(false),
  })
  .refine(({ patient, patientNumber }) => (patient === undefined) !== (patientNumber === undefined), {
    path: ['patient'],
    message: 'le patient, ou le numéro de son carnet',
  });
export type EmergencyRequest = z.output<typeof emergencyRequest>;

/** `POST /api/v1/emergency-accesses/:id/review`. */
export const emergencyReviewRequest = z.strictObject({ review: z.enum(EMERGENCY_REVIEWS), remark: words(3, 300) });
export type EmergencyReviewRequest = z.output<typeof emergencyReviewRequest>;

/** How an access stands; `overdue` is `waiting` past its day. What is `open` may be reviewed already. */
export const EMERGENCY_STATES = ['open', 'waiting', 'overdue', 'reviewed'] as const;

/** What the operator sees of an access: nobody's name, and nothing that somebody wrote. */
export const emergencySummary = z.object({
  id: z.string(),
  at: z.string(),
  until: z.string(),
  reviewBy: z.string(),
  isOpen: z.boolean(),
  isOverdue: z.boolean(),
  /** Whether another facility opened it; it is reviewed there. */
  isElsewhere: z.boolean(),
  role: z.string(),
  reason: z.string(),
  reasonWords: z.string(),
  asksOthers: z.boolean(),
  /** Whether so many asked others in the 24 hours before that the hub answers this one no more by itself. */
  isBeyondLimit: z.boolean(),
  review: z.enum(EMERGENCY_REVIEWS).nullable(),
});
export type EmergencySummary = z.output<typeof emergencySummary>;

/** One access as whoever may read it sees it. */
export const emergencyLine = emergencySummary.extend({
  /** `name` only where it is for whoever asks. */
  patient: z.object({ id: z.string().nullable(), name: z.string().optional(), number: z.string().optional() }),
  who: z.string(),
  roleWords: z.string(),
  isMine: z.boolean(),
  text: z.string(),
  endedAt: z.string().nullable(),
  /** How often the record was read meanwhile; null where that is not known here. */
  reads: z.int().nullable(),
  remark: z.string().nullable(),
  reviewedBy: z.string().nullable(),
  reviewedAt: z.string().nullable(),
});
export type EmergencyLine = z.output<typeof emergencyLine>;

/** `GET /api/v1/emergency-accesses`, the newest first, and what whoever asks may do here. */
export const emergencyPage = z.object({
  items: z.array(emergencyLine),
  nextCursor: z.string().optional(),
  mayOpen: z.boolean(),
  mayReview: z.boolean(),
});
export type EmergencyPage = z.output<typeof emergencyPage>;

/** How many there are, as `status` tells. */
export type EmergencyCounts = {
  readonly open: number;
  readonly waiting: number;
  readonly overdue: number;
  /** Of the last 24 hours, those that the hub answers no more by itself. */
  readonly beyondLimit: number;
};

/** `GET /v1/emergency-accesses` of the admin socket. */
export const emergencySummaries = z.object({
  items: z.array(emergencySummary),
  nextCursor: z.string().optional(),
  counts: z.object({ open: z.int(), waiting: z.int(), overdue: z.int(), beyondLimit: z.int() }),
});
export type EmergencySummaries = z.output<typeof emergencySummaries>;

/** `GET /api/v1/emergency-accesses/patients`: who can be meant, and no more of them than tells them apart. */
export const emergencyCandidates = z.object({
  items: z.array(
    z.object({ id: z.string(), name: z.string(), number: z.string().optional(), born: z.string().optional() }),
  ),
});
export type EmergencyCandidates = z.output<typeof emergencyCandidates>;

const count = z.int().min(0);

/** Emergency accesses of one facility since a moment: how many, and what came of looking at them. */
export const emergencyTally = z.object({
  facility: z.string(),
  region: z.string(),
  opened: count,
  /** Those that asked for what others hold. */
  askedOthers: count,
  waiting: count,
  overdue: count,
  justified: count,
  unjustified: count,
});
export type EmergencyTally = z.output<typeof emergencyTally>;

/** `GET /api/v1/emergency-accesses` of a hub, and of its admin socket. `facilities`: those with any. */
export const emergencyTallies = z.object({
  since: z.string(),
  facilities: z.array(emergencyTally),
  nextCursor: z.string().optional(),
});
export type EmergencyTallies = z.output<typeof emergencyTallies>;
