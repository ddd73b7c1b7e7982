import { z } from 'zod';
import { CONSENT_CLASSES, consent } from '../records/consent.ts';
import { fieldSchema, uuidText } from '../records/schema.ts';

const classes = z.array(z.enum(CONSENT_CLASSES)).min(1, 'au moins une sorte de données').max(CONSENT_CLASSES.length);
const dateText = fieldSchema(consent.fields.from!) as z.ZodType<string>;
const nameText = fieldSchema(consent.fields.guardian!) as z.ZodType<string>;

/** What a consent says, before it is given. */
export const consentTerms = z.strictObject({
  patient: uuidText,
  decision: z.enum(['permit', 'deny']).default('permit'),
  classes,
  refused: classes.optional(),
  purpose: z.enum(['TREAT', 'ETREAT', 'HPAYMT', 'HRESCH', 'PUBHLTH']),
  recipient: uuidText.optional(),
  isForDistrict: z.literal(true).optional(),
  recipientName: z.string().trim().min(2).max(120).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'le code du pays en deux lettres est attendu')
    .optional(),
  from: dateText.optional(),
  until: dateText.optional(),
  guardian: nameText.optional(),
  guardianRelation: z.enum(['MTH', 'FTH', 'GRPRN', 'GUARD']).optional(),
  guardianPhone: (fieldSchema(consent.fields.guardianPhone!) as z.ZodType<string>).optional(),
});
export type ConsentTerms = z.output<typeof consentTerms>;

/** `POST /api/v1/consents/text`: the words to show or read out. */
export const consentTextAnswer = z.object({
  text: z.string(),
  textHash: z.string(),
  /** The last day that the consent will have: a guardian's ends at majority. */
  until: z.string().optional(),
  /** Whether a code can be sent: the node has a modem, and the patient, or the guardian, a mobile phone. */
  canSendCode: z.boolean(),
});

const textHash = z.string().regex(/^[\w-]{43}$/, 'l’empreinte du texte montré est attendue');

/** How a consent is given. */
export const consentCapture = z.discriminatedUnion('way', [
  z.strictObject({ way: z.literal('signed'), signature: z.string().max(2048) }),
  z.strictObject({ way: z.literal('spoken-before-witness'), witness: nameText }),
  z.strictObject({
    way: z.literal('sms-code'),
    codeId: z.string().regex(/^[\w-]{16}$/),
    code: z.string().regex(/^\d{6}$/, 'six chiffres sont attendus'),
  }),
]);
export type ConsentCapture = z.output<typeof consentCapture>;

/** `POST /api/v1/consents`. */
export const consentRequest = z.strictObject({ terms: consentTerms, textHash, capture: consentCapture });
export type ConsentRequest = z.output<typeof consentRequest>;

/** `POST /api/v1/consents/codes`, and its answer. */
export const consentCodeRequest = z.strictObject({ terms: consentTerms, textHash });
export const consentCodeAnswer = z.object({ codeId: z.string(), expiresAt: z.string(), phoneEnding: z.string() });

/** Whether a consent has effect now, and if not, why. */
export const CONSENT_STATES = ['active', 'withdrawn', 'ended', 'of-age'] as const;

/** One consent in words, with its versions, the oldest first. */
export const consentLine = z.object({
  id: z.string(),
  state: z.enum(CONSENT_STATES),
  decision: z.enum(['permit', 'deny']),
  recipient: z.string(),
  classes: z.string(),
  refused: z.string().optional(),
  purpose: z.string(),
  country: z.string().optional(),
  from: z.string().optional(),
  until: z.string().optional(),
  givenAt: z.string().optional(),
  givenBy: z.string(),
  capture: z.string(),
  witness: z.string().optional(),
  takenBy: z.string().optional(),
  withdrawnAt: z.string().optional(),
  /** The `d` of an SVG path on a pad of 255 × 127. */
  signature: z.string().optional(),
  versions: z.array(z.object({ number: z.int(), hash: z.string(), at: z.string(), by: z.string().optional() })),
});
export type ConsentLine = z.output<typeof consentLine>;

/** `GET /api/v1/patients/:id/consents`. */
export const consentHistory = z.object({
  patient: z.object({
    id: z.string(),
    name: z.string(),
    number: z.string().optional(),
    isMinor: z.boolean().nullable(),
  }),
  facility: z.string(),
  items: z.array(consentLine),
  /** A guardian's consents have ended because the patient is of age: to be asked again. */
  asksAgain: z.boolean(),
});
export type ConsentHistory = z.output<typeof consentHistory>;

/** `consent verify`: what the chains of all consents of a node or of a facility's register come to. */
export const consentVerification = z.object({
  valid: z.boolean(),
  consents: z.int(),
  versions: z.int(),
  findings: z.array(z.object({ consentId: z.string(), kind: z.string(), version: z.int().nullable() })),
});
export type ConsentVerification = z.output<typeof consentVerification>;
