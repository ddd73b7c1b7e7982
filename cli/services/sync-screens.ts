import type { SyncStatus, SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import { ATTACHMENT_WAITS, type AttachmentWait } from '@santehaggui/protocols/documents/attachment-wait.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import type { OnProgress } from '@santehaggui/runtime/http/progress-answer.ts';
import type { AdminClient } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { pairLines, tableLines } from '../screen/table.ts';
import { isTextKey, type TextKey } from '../texts/texts.ts';
import { nodeClientFor } from './node-session.ts';
import { lastExchangeText, loadingText, proofText } from './status-screen.ts';

/** An exchange over a bad link may take this long before the command gives up (the node goes on). */
export const EXCHANGE_TIMEOUT_MS = 15 * 60_000;

function syncLines(invocation: Invocation, status: SyncStatus): readonly string[] {
  const { text, format, paint } = invocation;
  const age = status.oldestPendingAgeSeconds;
  return [
    paint.bold(status.facility),
    verdictLine(invocation, status),
    ...stalledLines(invocation, status),
    '',
    ...pairLines(
      [
        [text('sync.recorded'), format.integer(status.journalSequence)],
        [text('sync.acknowledged'), format.integer(status.acknowledgedSequence)],
        [
          text('sync.pending'),
          age === null || status.pendingChanges === 0
            ? format.integer(status.pendingChanges)
            : text('sync.pendingSince', {
                count: format.integer(status.pendingChanges),
                age: format.duration(age),
              }),
        ],
        [text('sync.attachments'), attachmentsText(invocation, status)],
        [text('sync.received'), format.integer(status.receivedFeedSequence)],
        [text('sync.quarantined'), format.integer(status.quarantined)],
        [text('sync.conflicts'), format.integer(status.conflicts)],
        [
          text('sync.bytes'),
          text('sync.bytesValue', {
            sent: format.bytes(status.bytesSent),
            received: format.bytes(status.bytesReceived),
          }),
        ],
        [text('status.hub'), text(status.connected ? 'status.connected' : 'status.disconnected')],
        [text('sync.last'), lastExchangeText(invocation, status.lastExchange)],
        [text('sync.proof'), proofText(invocation, status.proof)],
        ...(status.loading == null ? [] : [[text('sync.loading'), loadingText(invocation, status.loading)] as const]),
      ],
      paint,
    ),
  ];
}

/** Attachments still to go and to come. */
function attachmentsText({ text, format }: Invocation, { attachments }: SyncStatus): string {
  const { toSend, toSendBytes, toFetch, toFetchBytes } = attachments;
  return text('sync.attachmentsValue', {
    ...{ send: format.integer(toSend), sendBytes: format.bytes(toSendBytes) },
    ...{ fetch: format.integer(toFetch), fetchBytes: format.bytes(toFetchBytes) },
  });
}

/** Attachments that have been waiting for days, each with since when and why. */
function stalledLines({ text, format, paint, language }: Invocation, { attachments }: SyncStatus): readonly string[] {
  const { stalled, stalledCount } = attachments;
  if (stalledCount === 0) return [];
  const lines = stalled.map(({ record, isToHub, size, carried, ageSeconds, why }) =>
    text(isToHub ? 'sync.stalledUp' : 'sync.stalledDown', {
      ...{ record, size: format.bytes(size), carried: format.bytes(carried), age: format.duration(ageSeconds) },
      why: stalledWhy(why, language),
    }),
  );
  return [text('sync.stalled', { count: format.integer(stalledCount) }), ...lines].map((line) => paint.yellow(line));
}

/** A newer node may know a reason that is not known here. */
function stalledWhy(why: AttachmentWait, language: Invocation['language']): string {
  return Object.hasOwn(ATTACHMENT_WAITS, why) ? ATTACHMENT_WAITS[why][language] : why;
}

/** All is safe, or what waits, since when and why: never the former while anything waits or is refused. */
function verdictLine(invocation: Invocation, status: SyncStatus): string {
  const { text, format, paint } = invocation;
  const { pendingChanges, oldestPendingAgeSeconds, urgentPending, waitsFor, quarantined, conflicts } = status;
  if (waitsFor !== null) {
    const count = format.integer(pendingChanges);
    const age = format.duration(oldestPendingAgeSeconds ?? 0);
    const why = text(`sync.waitsFor.${waitsFor}`);
    // The changes are safe: it is content that waits.
    if (pendingChanges === 0)
      return paint.yellow(text('sync.attachmentsWait', { what: attachmentsText(invocation, status), why }));
    const urgent = urgentPending === 0 ? '' : ` ${text('sync.urgent', { count: format.integer(urgentPending) })}`;
    return paint.yellow(text('sync.waits', { count, age, why }) + urgent);
  }
  if (quarantined > 0) return paint.yellow(text('sync.someRefused', { count: format.integer(quarantined) }));
  if (conflicts > 0) return paint.yellow(text('sync.someDisputed', { count: format.integer(conflicts) }));
  const [oldest] = status.attachments.stalled;
  if (oldest === undefined) return paint.green(text('sync.allSafe'));
  const what = attachmentsText(invocation, status);
  return paint.yellow(text('sync.attachmentsWait', { what, why: stalledWhy(oldest.why, invocation.language) }));
}

/** `haggui sync status`: the backlog. */
export async function showSyncStatus(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const status = await nodeClientFor(invocation, dataDirectory).get<SyncStatus>('/sync/status');
  return { json: status, lines: syncLines(invocation, status) };
}

/** Shows a line while something lasts, and a bar where it tells how far it is. */
export async function withProgress<Result>(
  invocation: Invocation,
  label: string,
  work: (onProgress: OnProgress) => Promise<Result>,
): Promise<Result> {
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock: invocation.clock });
  progress.update(label);
  try {
    return await work((done, total) => progress.update(label, done, total));
  } finally {
    progress.stop();
  }
}

/** Asks a node to exchange now and gives its state afterwards. */
export function syncNow(client: AdminClient): Promise<SyncStatus> {
  return client.post<SyncStatus>('/sync/now', { timeoutMs: EXCHANGE_TIMEOUT_MS });
}

/** Asks a node to prove that it and the hub hold the same, and to mend what does not where asked. */
export function syncVerify(client: AdminClient, repair = false): Promise<SyncVerification> {
  return client.post<SyncVerification>('/sync/verify', { body: { repair }, timeoutMs: EXCHANGE_TIMEOUT_MS });
}

/** `haggui sync now`: exit 75 when the exchange failed or left something behind. */
export async function exchangeNow(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const client = nodeClientFor(invocation, dataDirectory);
  const { text, paint } = invocation;
  const status = await withProgress(invocation, text('sync.exchanging'), () => syncNow(client));
  const isDone = status.lastExchange?.ok === true && status.pendingChanges === 0 && status.attachments.toSend === 0;
  return {
    json: status,
    lines: [
      isDone ? paint.green(`✓ ${text('sync.done')}`) : paint.yellow(`! ${text('sync.notDone')}`),
      '',
      ...syncLines(invocation, status),
    ],
    exitCode: isDone ? exitCodes.stopped : exitCodes.cannotWorkNow,
  };
}

/** The node says why in one word; a newer node may know a word that is not known here. */
function reasonText({ text }: Invocation, reason: string): string {
  const key = `verify.reason.${reason}`;
  return isTextKey(key) ? text(key) : reason;
}

function remedyOf({ reason, repaired }: SyncVerification): TextKey {
  if (reason !== undefined) return 'verify.remedy';
  return repaired === undefined ? 'verify.repairRemedy' : 'verify.divergedRemedy';
}

/** What was mended, and where: an operator is to see it. */
function repairLines({ text, format, paint }: Invocation, repaired: SyncVerification['repaired']): readonly string[] {
  if (repaired === undefined) return [];
  const { records, changesHere, recordsHere, changesAtHub, recordsAtHub, left } = repaired;
  if (records.length === 0 && left === 0) return [text('verify.nothingToRepair')];
  const mended = text('verify.repaired', {
    here: text('verify.repairedWhere', { changes: format.integer(changesHere), records: format.integer(recordsHere) }),
    hub: text('verify.repairedWhere', { changes: format.integer(changesAtHub), records: format.integer(recordsAtHub) }),
  });
  return [
    ...(records.length === 0 ? [] : [mended, ...records.slice(0, 20).map((id) => `  ${id}`)]),
    ...(left === 0 ? [] : [paint.red(text('verify.left', { count: format.integer(left) }))]),
  ];
}

function verificationLines(invocation: Invocation, verification: SyncVerification): readonly string[] {
  const { text, paint, format } = invocation;
  const { converged, differences, reason } = verification;
  const columns = [
    { header: text('verify.type'), cell: (row: (typeof differences)[number]) => row.recordType },
    { header: text('verify.record'), cell: (row: (typeof differences)[number]) => row.recordId },
    { header: text('verify.fields'), cell: (row: (typeof differences)[number]) => row.fields.join(', ') },
  ];
  return [
    converged
      ? paint.green(`✓ ${text('verify.converged')}`)
      : reason === undefined
        ? paint.red(`✗ ${text('verify.diverged')}`)
        : paint.yellow(`! ${text('verify.unproven')}`),
    ...(reason === undefined ? [] : [reasonText(invocation, reason)]),
    ...repairLines(invocation, verification.repaired),
    '',
    ...pairLines(
      [
        [text('verify.compared'), format.integer(verification.recordsCompared)],
        [text('verify.here'), verification.digest],
        [text('verify.hub'), verification.hubDigest ?? '—'],
      ],
      paint,
    ),
    ...(differences.length === 0 ? [] : ['', ...tableLines(columns, differences, paint)]),
    ...(converged ? [] : ['', text(remedyOf(verification))]),
  ];
}

/** `haggui sync verify`: exit 75 when the two sides do not hold the same. */
export async function verifyNow(invocation: Invocation, dataDirectory: string, repair: boolean): Promise<Outcome> {
  const client = nodeClientFor(invocation, dataDirectory);
  const label = invocation.text(repair ? 'verify.repairing' : 'verify.running');
  const verification = await withProgress(invocation, label, () => syncVerify(client, repair));
  return {
    json: verification,
    lines: verificationLines(invocation, verification),
    exitCode: verification.converged ? exitCodes.stopped : exitCodes.cannotWorkNow,
  };
}
