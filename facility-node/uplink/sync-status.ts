import type { SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { AttachmentWait } from '@santehaggui/protocols/documents/attachment-wait.ts';
import { REVOKED } from '@santehaggui/protocols/enrolment/revoked.ts';
import { countOf } from '@santehaggui/protocols/frames/ranges.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { JournalStore, SyncState } from '../store/journal-store.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { ReplicaStateStore } from '../store/replica-state-store.ts';
import type { BlobExchange } from './blob-exchange.ts';
import { replicaOnScreen } from './replica-on-screen.ts';

/** A content that has not got through by then needs somebody to look at it. */
const STALLED_AFTER_MS = 2 * 24 * 3600_000;
const MOST_STALLED = 5;

/** What `sync status` is drawn from. */
export type SyncStatusParts = {
  readonly journal: JournalStore;
  readonly identity: IdentityKeeper;
  readonly blobs: BlobExchange;
  readonly replica: ReplicaStateStore;
  readonly clock: Clock;
  readonly lastExchange: SyncState['lastExchange'];
  /** Connections since the start. */
  readonly exchanges: number;
  /** Bytes of this connection that are not in the journal's counters yet. */
  readonly uncounted: { readonly sent: number; readonly received: number };
  readonly isLive: boolean;
  /** How long the loading of this node may still take. */
  readonly secondsLeft: number | null;
};

/** Where the exchange is, as `sync status` shows it. */
export function syncStatusOf(parts: SyncStatusParts): SyncStatus {
  const { journal, identity, clock, uncounted, isLive, lastExchange: last } = parts;
  const state = journal.syncState();
  const { quarantined, conflicts } = journal.counts();
  const oldest = journal.oldestPendingAt();
  const journalSequence = journal.lastSequence();
  const safe = state.acknowledgedSequence + countOf(state.acknowledgedBeyond);
  const pendingChanges = Math.max(0, journalSequence - safe);
  const { toSend, toFetch } = parts.blobs.progress();
  const isWaiting = pendingChanges + toSend.count + toFetch.count > 0;
  return {
    facility: identity.current().facility.code,
    journalSequence,
    acknowledgedSequence: state.acknowledgedSequence,
    pendingChanges,
    oldestPendingAgeSeconds: oldest === undefined ? null : Math.max(0, Math.round((clock.now() - oldest) / 1000)),
    quarantined,
    conflicts,
    bytesSent: state.bytesSent + uncounted.sent,
    bytesReceived: state.bytesReceived + uncounted.received,
    lastExchange: last === null ? null : { ...last, at: new Date(last.at).toISOString() },
    exchanges: parts.exchanges,
    receivedFeedSequence: state.feedReceived,
    connected: isLive,
    urgentPending: journal.urgentWaiting(0).length,
    attachments: {
      ...{ toSend: toSend.count, toSendBytes: toSend.bytes },
      ...{ toFetch: toFetch.count, toFetchBytes: toFetch.bytes },
      ...stalledOf(parts, pendingChanges),
    },
    waitsFor: isWaiting ? waitsFor(parts) : null,
    otherBranch: state.otherBranch,
    ...replicaOnScreen(parts.replica.read(), isLive ? parts.secondsLeft : null),
  };
}

/** Contents that have been waiting for days: which, since when and why. */
function stalledOf(
  parts: SyncStatusParts,
  pendingChanges: number,
): Pick<SyncStatus['attachments'], 'stalled' | 'stalledCount'> {
  const { blobs, clock } = parts;
  const all = blobs.waitingFor(STALLED_AFTER_MS);
  const link = waitsFor(parts);
  const isFull = blobs.isFull();
  const otherwise: AttachmentWait = pendingChanges > 0 ? 'changes' : 'carrying';
  const stalled = all.slice(0, MOST_STALLED).map(({ record, isToHub, size, carried, since, told }) => ({
    ...{ record, isToHub, size, carried, ageSeconds: Math.round((clock.now() - since) / 1000) },
    why: isFull && !isToHub ? ('disk' as const) : link === 'acknowledgement' ? (told ?? otherwise) : link,
  }));
  return { stalled, stalledCount: all.length };
}

function waitsFor({ identity, lastExchange, isLive }: SyncStatusParts): NonNullable<SyncStatus['waitsFor']> {
  if (identity.current().hub === null) return 'enrolment';
  if (lastExchange?.error === REVOKED) return 'revoked';
  return isLive ? 'acknowledgement' : 'connection';
}
