import { z } from 'zod';
import type { AttachmentWait } from '../documents/attachment-wait.ts';
import type { ParcelFault } from '../frames/parcel.ts';
import type { BrokerStatus } from './broker-api.ts';

/** The admin socket of a node, `DIR/admin.sock`: HTTP under `/v1`. These are the shapes that `haggui --json` prints. */

/** An attachment whose content is not where it is to be: whether it is to go to the hub or to come from it, how much has been carried, and why not all. */
export type StalledAttachment = {
  readonly record: string;
  readonly isToHub: boolean;
  readonly size: number;
  readonly carried: number;
  readonly ageSeconds: number;
  readonly why: AttachmentWait;
};

/** `GET /v1/sync/status`. */
export type SyncStatus = {
  readonly facility: string;
  readonly journalSequence: number;
  readonly acknowledgedSequence: number;
  readonly pendingChanges: number;
  readonly oldestPendingAgeSeconds: number | null;
  readonly quarantined: number;
  readonly conflicts: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly lastExchange: {
    readonly at: string;
    readonly ok: boolean;
    readonly carrier: string;
    readonly error?: string;
  } | null;
  /** Connections to the hub since the start, and feed entries of the hub applied here. */
  readonly exchanges: number;
  readonly receivedFeedSequence: number;
  readonly connected: boolean;
  /** How many of the pending changes are urgent. */
  readonly urgentPending: number;
  /** Attachments whose content is still to go to the hub, and those that are to come from there by themselves or because somebody asked. */
  readonly attachments: {
    readonly toSend: number;
    readonly toSendBytes: number;
    readonly toFetch: number;
    readonly toFetchBytes: number;
    /** Those that have been waiting for more than two days, the longest first, at most five of `stalledCount`. */
    readonly stalled: readonly StalledAttachment[];
    readonly stalledCount: number;
  };
  /** Why something waits; null when nothing does. */
  readonly waitsFor: 'enrolment' | 'connection' | 'acknowledgement' | 'revoked' | null;
  /** An incarnation that wrote under this node's name elsewhere: a copied disk, or this one before it was put back. */
  readonly otherBranch: string | null;
  /** The last time that this node and the hub were proven to hold the same, and what was mended in all; null before the first. */
  readonly proof: {
    readonly provenAt: string | null;
    readonly sequence: number | null;
    readonly mendedAt: string | null;
    readonly mendedRecords: number;
  } | null;
  /** While the hub fills this node, the patients last seen first: how many are here of how many, and how long the rest may take. */
  readonly loading: {
    readonly patients: number;
    readonly loaded: number;
    readonly secondsLeft: number | null;
  } | null;
};

/** What was mended of two replicas that differed, at this node and at the hub, and how many records still differ. */
export type SyncRepair = {
  /** The ids of the records. */
  readonly records: readonly string[];
  readonly changesHere: number;
  readonly recordsHere: number;
  readonly changesAtHub: number;
  readonly recordsAtHub: number;
  readonly left: number;
};

/** `POST /v1/sync/verify`: with `repair` what differs is mended, which compares the journals as well. */
export const verifyRequest = z.strictObject({ repair: z.boolean().default(false) });

/** The answer to {@link verifyRequest}. `reason` says why nothing could be proven. */
export type SyncVerification = {
  readonly converged: boolean;
  readonly digest: string;
  readonly hubDigest: string | null;
  readonly recordsCompared: number;
  readonly differences: readonly {
    readonly recordType: string;
    readonly recordId: string;
    readonly fields: readonly string[];
  }[];
  readonly reason?: string;
  /** What was mended before this comparison, where that was asked for. */
  readonly repaired?: SyncRepair;
};

/** `POST /v1/sync/export` and `/v1/sync/import`, at a node and at a hub: an absolute path of a folder, of a USB stick mostly. */
export const stickRequest = z.strictObject({ directory: z.string().min(1).max(4096).startsWith('/') });

/** The answer to `POST /v1/sync/export`: the parcels written. */
export type SyncExportAnswer = {
  readonly files: readonly { readonly file: string; readonly changes: number; readonly bytes: number }[];
};

/** What became of one file of an import. `partly`: the file breaks off, and what was whole was taken. */
export type ParcelOutcome = {
  readonly file: string;
  readonly result: 'taken' | 'unchanged' | 'partly' | 'refused' | 'skipped' | 'waiting';
  readonly reason?: ParcelFault | 'other-way' | 'unknown-sender' | 'gap' | 'hub-restored' | 'revoked';
  readonly changes: number;
  readonly repeats: number;
  /** New bytes of attachments' content. */
  readonly attachmentBytes: number;
};

/** The answer to `POST /v1/sync/import`; `written` at a hub: the parcels for the way back. */
export type SyncImportAnswer = {
  readonly files: readonly ParcelOutcome[];
  readonly written?: SyncExportAnswer['files'];
};

/** One named check of `status`. */
export type HealthCheck = {
  readonly name: string;
  readonly state: 'ok' | 'degraded' | 'failing';
  readonly detail: string;
  readonly remedy?: string;
};

/** `GET /v1/status`. `modem` is null on a node that has none. */
export type NodeStatus = {
  readonly facility: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly health: 'ok' | 'degraded' | 'failing';
  readonly checks: readonly HealthCheck[];
  readonly modem: null;
  readonly sync: SyncStatus;
  readonly broker: BrokerStatus;
  readonly people: { readonly accounts: number; readonly sessions: number };
  readonly lanUrl: string;
  readonly fingerprintWords: readonly string[] | null;
};

/** The same of a node whose database nobody has opened yet: its data are closed, to operators too. */
export type LockedStatus = {
  readonly facility: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly health: 'degraded';
  readonly isLocked: true;
  readonly checks: readonly HealthCheck[];
  readonly modem: null;
  readonly sync: null;
  readonly broker: null;
  readonly people: null;
  readonly lanUrl: string;
};

/** `POST /v1/enrol` of a node: make it known to a hub. */
export const enrolRequest = z.strictObject({ hubUrl: z.url(), token: z.string().min(20).max(400) });

/** The answer to {@link enrolRequest}: both screens show the same six words. */
export type EnrolAnswer = {
  readonly facility: string;
  readonly node: number;
  readonly fingerprintWords: readonly string[];
};

/** `POST /v1/facilities/revoke` of a hub: the facility's node is stolen or was replaced. */
export const revokeRequest = z.strictObject({
  facility: z.string().min(1).max(40),
  reason: z.enum(['stolen', 'replaced']),
});

/** A node that is no longer a facility's, and how many of its changes came afterwards and wait for a person. */
export type FormerNodeLine = {
  readonly node: number;
  readonly facility: string;
  readonly endedAt: string;
  readonly reason: 'stolen' | 'replaced';
  readonly waiting: number;
};

/** `POST /v1/former-nodes` of a hub: what waits of a former node counts from now on, or never. */
export const formerDecision = z.strictObject({
  node: z.int().min(1).max(0xffffff),
  decision: z.enum(['accepted', 'refused']),
});

/** Counts of one resource type in an import. */
export type ImportCounts = {
  readonly read: number;
  readonly taken: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly unsupported: number;
};

/** The result of `POST /v1/records/import`; `unresolved` lists references that were kept as text. */
export type ImportResult = {
  readonly files: number;
  readonly resources: Readonly<Record<string, ImportCounts>>;
  readonly refusals: readonly { readonly file: string; readonly path: string; readonly reason: string }[];
  readonly unresolved: readonly { readonly file: string; readonly path: string; readonly reference: string }[];
  /** What was taken although R4 requires an element that it lacks. */
  readonly incomplete: readonly { readonly file: string; readonly path: string; readonly reason: string }[];
  readonly seconds: number;
};

/** `POST /v1/records/import`: the files are read by the daemon, so paths are absolute. Answered as NDJSON events. */
export const importRequest = z.strictObject({
  format: z.literal('fhir'),
  files: z.array(z.string().min(1)).min(1).max(10_000),
});

/** One line of the answer to {@link importRequest}: progress while it lasts, then the result. */
export type ImportEvent =
  | {
      readonly event: 'progress';
      readonly phase: 'reading' | 'recording';
      readonly done: number;
      readonly total: number;
    }
  | { readonly event: 'result'; readonly result: ImportResult };

/** `POST /v1/facilities` of a hub: register a facility and get its enrolment token. `code` becomes the schema's name. */
export const facilityAddRequest = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, 'minuscules, chiffres et _ (40 au plus)'),
  name: z.string().trim().min(1).max(120),
  kind: z.enum(['cscom', 'csref', 'hospital', 'practice']),
  region: z.string().trim().min(1).max(60),
  district: z.string().trim().min(1).max(60).optional(),
  /** Code of the facility that this one refers to; it may be added later. */
  referralTarget: z.string().max(40).optional(),
  phone: z.string().max(30).optional(),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  population: z.int().min(0).optional(),
});

/** The answer to {@link facilityAddRequest}. The token works once, for 72 hours, for this facility. */
export type FacilityAddAnswer = {
  readonly code: string;
  readonly facilityId: string;
  readonly token: string;
  readonly expiresAt: string;
  /** False when the facility was registered before and has no node yet: the token then takes the place of earlier ones. */
  readonly isNew: boolean;
};

/** `POST /v1/facilities/move` of a hub: where a facility belongs from a day on (its first one there; today where it is left out). */
export const facilityMoveRequest = z.strictObject({
  code: facilityAddRequest.shape.code,
  region: facilityAddRequest.shape.region.optional(),
  district: facilityAddRequest.shape.district,
  /** Code of the facility that it refers to from then on. */
  referralTarget: facilityAddRequest.shape.referralTarget,
  since: z.iso.date('un jour : AAAA-MM-JJ').optional(),
  reason: z.string().trim().min(3).max(200),
});

/** Where a facility belongs; `since` is its first day there, null where that was its registration. */
export type FacilityPlace = {
  readonly since: string | null;
  readonly region: string;
  readonly district: string | null;
  readonly referralTarget: string | null;
  readonly reason: string | null;
  readonly isCarriedOut: boolean;
};

type PlaceNames = Pick<FacilityPlace, 'region' | 'district' | 'referralTarget'>;

/** The answer to {@link facilityMoveRequest}; `copiesEnded`: records that facilities no longer hold because of it. */
export type FacilityMoved = {
  readonly code: string;
  readonly since: string;
  readonly from: PlaceNames;
  readonly to: PlaceNames;
  readonly isCarriedOut: boolean;
  readonly copiesEnded: number;
};

/** One line of `GET /v1/facilities` of a hub. */
export type FacilityLine = {
  readonly code: string;
  readonly facilityId: string;
  readonly name: string;
  readonly kind: string;
  readonly region: string;
  readonly state: 'waiting' | 'enrolled';
  readonly node: number | null;
  readonly lastSeenAt: string | null;
  /** Changes of this node that the hub holds (openings included), as its journal counts them. */
  readonly changes: number;
  readonly fingerprintWords: readonly string[] | null;
  readonly proof: FacilityProof;
};

/** What is known of a facility's node against its register at the hub. */
export type FacilityProof = {
  /** The last time that both were proven to hold the same, and at which sequence of the node and entry of its feed; null: never. */
  readonly provenAt: string | null;
  readonly provenSequence: number | null;
  readonly provenFeed: number | null;
  /** What the last comparison found to differ, when it was not equal; null when it was. */
  readonly differedAt: string | null;
  readonly differing: readonly { readonly recordType: string; readonly records: number }[];
  readonly mendedAt: string | null;
  readonly changesMended: number;
  readonly recordsMended: number;
  /** How many changes the node had still to send when it last called; null: not told. */
  readonly waitingUp: number | null;
  /** How many entries of its feed the node has not confirmed, and since when the oldest waits. */
  readonly waitingDown: number;
  readonly waitingDownSince: string | null;
  /** While the node is being filled: of how many patients, and how many are still to come. */
  readonly loading: { readonly patients: number; readonly left: number } | null;
};

/** `GET /v1/status` of a hub. */
export type HubStatus = {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly health: 'ok' | 'degraded' | 'failing';
  readonly checks: readonly HealthCheck[];
  readonly facilities: { readonly total: number; readonly enrolled: number; readonly connected: number };
  readonly outbox: { readonly waiting: number };
  readonly url: string;
};

/** Counts of one disease; null where a count is so small (or would give such a one away) that it is hidden. */
export type ConsolidatedCounts = {
  readonly casesUnder5: number | null;
  readonly cases5AndOver: number | null;
  readonly deathsUnder5: number | null;
  readonly deaths5AndOver: number | null;
  /** Cases and deaths of all ages. */
  readonly cases: number | null;
  readonly deaths: number | null;
};

/** One row of the region's or nation's weekly report (`GET /api/v1/reports/weekly` and `/api/v1/consolidated/weekly`). */
export type ConsolidatedRow = ConsolidatedCounts & {
  readonly region: string;
  readonly facility: string;
  readonly disease: string;
  readonly label: string;
};

/** The sum of a region's facilities, or (region null) of all. */
export type ConsolidatedTotal = ConsolidatedCounts & {
  readonly region: string | null;
  readonly disease: string;
  readonly label: string;
};

/**
 * A weekly report over many facilities. `facilitiesReporting` of `facilitiesExpected` have any encounter in the week. What the
 * ministry reads has no count below `smallestShown`, zero aside, and none that would give one away.
 */
export type ConsolidatedReport = {
  readonly week: string;
  readonly region: string | null;
  readonly facilitiesExpected: number;
  readonly facilitiesReporting: number;
  readonly encounters: number | null;
  readonly smallestShown: number;
  readonly rows: readonly ConsolidatedRow[];
  readonly totals: readonly ConsolidatedTotal[];
};
