import { z } from 'zod';

/** `audit verify`: `head` and hashes in hexadecimal; `firstInvalid` is the number of the first entry that is not as it was written. */
export const auditVerification = z.object({
  valid: z.boolean(),
  /** How many entries are there. */
  entries: z.int(),
  head: z.string(),
  /** So many entries are as the hub has countersigned them. */
  anchoredEntries: z.int(),
  /** When it last did; null before the first time. */
  anchoredAt: z.string().nullable(),
  firstInvalid: z.int().optional(),
  findings: z.array(z.object({ entry: z.int(), kind: z.string() })),
  /** What is wrong with consents; `facility` at a hub alone. */
  consents: z.array(
    z.object({
      facility: z.string().optional(),
      consentId: z.string(),
      kind: z.string(),
      version: z.int().nullable(),
    }),
  ),
});
export type AuditVerification = z.output<typeof auditVerification>;

/** What `audit search` and `audit export` filter by; `until` is exclusive. */
export const auditFilter = z.object({
  login: z.string().trim().min(1).max(60).optional(),
  patient: z.uuid().optional(),
  record: z.uuid().optional(),
  action: z.string().max(20).optional(),
  decision: z.enum(['permit', 'deny']).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilterQuery = z.output<typeof auditFilter>;

/** One entry, as lists and exports show it. */
export const auditLine = z.object({
  number: z.int(),
  at: z.string(),
  /** The login; null for the daemon itself and for whoever had not signed in. */
  login: z.string().nullable(),
  practitionerId: z.string().nullable(),
  role: z.string().nullable(),
  action: z.string(),
  recordType: z.string().nullable(),
  recordId: z.string().nullable(),
  patientId: z.string().nullable(),
  purpose: z.string(),
  decision: z.string(),
  sourceAddress: z.string().nullable(),
  requestId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).nullable(),
});
export type AuditLine = z.output<typeof auditLine>;

/** `GET /api/v1/audit`: the newest first. */
export const auditPage = z.object({ items: z.array(auditLine), nextCursor: z.string().optional() });
export type AuditPage = z.output<typeof auditPage>;

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);

/**
 * What proves entries of an audit trail to whoever does not trust the node: the text of each and its path (RFC 6962 §2.1.1) in the tree
 * whose head the node signed in `checkpoint`; and how that tree goes on (§2.1.2) from the one that the hub countersigned. All hashes,
 * keys and signatures in hexadecimal. Whoever checks it compares the keys with what the hub shows.
 */
export const auditProof = z.object({
  kind: z.literal('santehaggui-audit-proof-1'),
  facility: z.string(),
  nodeKey: hex,
  checkpoint: z.object({ bytes: hex, signature: hex }),
  entries: z.array(z.object({ number: z.int(), text: z.string(), path: z.array(hex) })).max(100_000),
  anchor: z
    .object({
      hubKey: hex,
      checkpoint: z.object({ bytes: hex, signature: hex }),
      countersignature: z.object({ at: z.int(), signature: hex }),
      consistency: z.array(hex),
    })
    .nullable(),
});
export type AuditProof = z.output<typeof auditProof>;

/** `GET /api/v1/patients/:id/accesses`: who read or changed a patient's record, in words, the newest first, and what proves it. */
export const accessHistory = z.object({
  patient: z.object({ id: z.string(), name: z.string(), number: z.string().optional() }),
  facility: z.string(),
  /** What is counted from: entries beyond `limit` are older and left out. */
  items: z.array(
    z.object({
      number: z.int(),
      at: z.string(),
      who: z.string(),
      role: z.string().optional(),
      what: z.string(),
      why: z.string(),
      refused: z.boolean(),
    }),
  ),
  /** Other facilities that opened the record in an emergency; what was read there stands in their trails. */
  elsewhere: z.array(z.object({ at: z.string(), who: z.string(), facility: z.string(), why: z.string() })),
  /** Whether older ones were left out. */
  isCut: z.boolean(),
  entries: z.int(),
  head: z.string(),
  anchoredEntries: z.int(),
  anchoredAt: z.string().nullable(),
});
export type AccessHistory = z.output<typeof accessHistory>;
