import { z } from 'zod';
import { permissionRules } from '../permissions/permission-rule.ts';
import { condition } from '../records/condition.ts';
import { encounter } from '../records/encounter.ts';
import { immunization } from '../records/immunization.ts';
import { medicationRequest } from '../records/medication-request.ts';
import { observation } from '../records/observation.ts';
import type { RecordType } from '../records/record-type.ts';
import { ROLES } from '../records/record-type.ts';
import { referral } from '../records/referral.ts';
import { REFERRAL_STEPS, type ReferralStep } from '../records/referral-machine.ts';
import { createSchema, patchSchema, referenceText } from '../records/schema.ts';
import { passkeyAssertion } from './passkeys-api.ts';
import { passwordText } from './users-api.ts';

/** `POST /api/v1/sessions`; `newPassword` takes the place of `password`, as a provisional one asks for. */
export const sessionRequest = z.strictObject({
  login: z.string().trim().min(1).max(120),
  password: z.string().min(1).max(200),
  newPassword: passwordText.optional(),
});

/**
 * `POST /api/v1/sessions` where passkeys are taken: login and password, with `otp` for the code of six digits that was sent when it was
 * left out (202, {@link codeSentAnswer}); or the answer of a `passkey` to `POST /api/v1/sessions/challenge`, which needs neither.
 */
export const proofRequest = z
  .strictObject({
    ...sessionRequest.partial().shape,
    otp: z
      .string()
      .trim()
      .regex(/^\d{6}$/, 'six chiffres')
      .optional(),
    passkey: passkeyAssertion.optional(),
  })
  .superRefine((given, context) => {
    if (given.passkey !== undefined) return;
    for (const field of ['login', 'password'] as const)
      if (given[field] === undefined) context.addIssue({ code: 'custom', path: [field], message: 'manque' });
  });

/** The answer to {@link proofRequest} where the password is right and a code has to come with it; this attempt is in a cookie. */
export const codeSentAnswer = z.object({
  secondFactor: z.literal('sms'),
  phoneEnding: z.string(),
  expiresAt: z.iso.datetime(),
});

/** The answer to {@link sessionRequest} and to `POST /api/v1/sessions/refresh`; the refresh token is in a cookie. */
export const sessionAnswer = z.object({
  accessToken: z.string(),
  expiresInSeconds: z.int(),
  user: z.object({
    login: z.string(),
    practitionerId: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    facility: z.string(),
  }),
  /** What there is anything of that the action is let on, now. */
  permissions: z.array(z.object({ action: z.string(), subject: z.string() })),
  /** As CASL takes them, those that forbid last. */
  rules: permissionRules,
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;

/** A part of a consultation: the record without what the consultation itself says (patient, encounter, time). */
function part(type: RecordType, given: readonly string[]): z.ZodObject {
  const mask = Object.fromEntries([...given, 'identifier', 'source'].map((name) => [name, true as const]));
  return createSchema(type).omit(mask as Record<string, true>);
}

/**
 * `POST /api/v1/encounters`: a whole consultation in one request and one transaction. The encounter's own fields stand at
 * the top; each list becomes records that refer to it. An observation without `effective`, a condition without
 * `recordedAt`, a prescription without `authoredOn` and a dose without `occurrence` take the consultation's `start`.
 */
export const consultationRequest = createSchema(encounter)
  .omit({ identifier: true, source: true })
  .extend({
    observations: z
      .array(part(observation, ['patient', 'encounter']))
      .max(100)
      .default([]),
    conditions: z
      .array(part(condition, ['patient', 'encounter']))
      .max(30)
      .default([]),
    prescriptions: z
      .array(part(medicationRequest, ['patient', 'encounter']))
      .max(30)
      .default([]),
    immunizations: z
      .array(part(immunization, ['patient', 'encounter']))
      .max(20)
      .default([]),
  });

/** What `POST /api/v1/encounters` answers: the ids of all that was recorded, in the request's order. */
export type ConsultationAnswer = {
  readonly id: string;
  readonly observations: readonly string[];
  readonly conditions: readonly string[];
  readonly prescriptions: readonly string[];
  readonly immunizations: readonly string[];
};

/** `POST /api/v1/referrals`: the sender's half; `from`, `requester`, `number` and `status` are the node's to fill. */
export const referralRequest = createSchema(referral)
  .omit({
    identifier: true,
    source: true,
    number: true,
    from: true,
    requester: true,
    status: true,
    arrivedAt: true,
    arrivalState: true,
    receivedBy: true,
    finalDiagnosis: true,
    acts: true,
    outcome: true,
    dischargeTreatment: true,
    instructions: true,
    followUpOn: true,
    closedAt: true,
    closedBy: true,
    cancelReason: true,
  })
  .extend({ to: referenceText.optional() });

/** `POST /api/v1/referrals/:id/steps`: one step of the referral's machine with the fields that its form asks for. */
export const referralStepRequest = patchSchema(referral)
  .omit({ identifier: true, source: true, status: true, requester: true, receivedBy: true, closedBy: true })
  .extend({ step: z.enum(Object.keys(REFERRAL_STEPS) as [ReferralStep, ...ReferralStep[]]) });

/** Query of every list: a keyset cursor from the previous answer and how many to give. */
export const listQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1, 'au moins 1').max(200, 'au plus 200').default(50),
});

/** A page of any list; `nextCursor` is absent on the last. */
export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string };

/** One line of the weekly report: cases and deaths of one disease by age band; zero is reported. */
export type WeeklyReportRow = {
  readonly disease: string;
  readonly label: string;
  readonly casesUnder5: number;
  readonly cases5AndOver: number;
  readonly deathsUnder5: number;
  readonly deaths5AndOver: number;
};

/** A facility's weekly report as computed from its registers (`GET /api/v1/reports/weekly?week=2026-W47`). */
export type WeeklyReport = {
  readonly facility: string;
  readonly week: string;
  readonly encounters: number;
  readonly rows: readonly WeeklyReportRow[];
};

/** What became of a week's report that was to be sent: recorded for the first time, corrected, or there already as it is. */
export type RecordedReport = WeeklyReport & { readonly outcome: 'recorded' | 'corrected' | 'unchanged' };
