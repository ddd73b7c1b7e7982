import type {
  HealthCheck,
  HubStatus,
  LockedStatus,
  NodeStatus,
  SyncStatus,
} from '@santehaggui/protocols/api/admin-api.ts';
import { REVOKED } from '@santehaggui/protocols/enrolment/revoked.ts';
import { hubStatus, isHubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import type { Paint } from '../screen/paint.ts';
import { pairLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

const SIGNS = { ok: '✓', degraded: '!', failing: '✗' } as const;
const COLOURS = { ok: 'green', degraded: 'yellow', failing: 'red' } as const satisfies Record<string, keyof Paint>;

/** Checks, one a line, with what to do below. */
export function checkLines({ paint }: Invocation, checks: readonly HealthCheck[]): readonly string[] {
  return checks.flatMap(({ name, state, detail, remedy }) => [
    `  ${paint[COLOURS[state]](SIGNS[state])} ${name}  ${paint.dim(detail)}`,
    ...(remedy === undefined ? [] : [`    → ${remedy}`]),
  ]);
}

function titleLine({ paint, text }: Invocation, name: string, health: NodeStatus['health']): string {
  return `${paint.bold(name)}  ${paint[COLOURS[health]](`${SIGNS[health]} ${text(`health.${health}`)}`)}`;
}

/** The last exchange, in a few words. */
export function lastExchangeText({ text, format, paint }: Invocation, last: SyncStatus['lastExchange']): string {
  if (last === null) return text('sync.never');
  const words = `${format.instant(last.at)} (${last.carrier})`;
  if (last.ok) return words;
  const why = last.error === REVOKED ? text('sync.waitsFor.revoked') : (last.error ?? text('sync.failed'));
  return `${words} ${paint.red(why)}`;
}

/** When this node and its hub were last proven to hold the same. */
export function proofText({ text, format }: Invocation, proof: SyncStatus['proof']): string {
  const { provenAt = null, sequence = null, mendedAt = null, mendedRecords = 0 } = proof ?? {};
  const proven =
    provenAt === null
      ? text('sync.neverProven')
      : text('sync.provenAt', { at: format.instant(provenAt), sequence: format.integer(sequence ?? 0) });
  if (mendedAt === null) return proven;
  const mended = { at: format.instant(mendedAt), count: format.integer(mendedRecords) };
  return `${proven} ; ${text('sync.mended', mended)}`;
}

/** How far the hub has filled this node. */
export function loadingText({ text, format }: Invocation, loading: NonNullable<SyncStatus['loading']>): string {
  const { patients, loaded, secondsLeft } = loading;
  const counts = { loaded: format.integer(loaded), patients: format.integer(patients) };
  return secondsLeft === null
    ? text('sync.loadingPaused', counts)
    : text('sync.loadingValue', { ...counts, left: format.duration(secondsLeft) });
}

function brokerText({ text, paint }: Invocation, broker: NodeStatus['broker']): string {
  const { state, port, tlsPort, connections, devices } = broker;
  if (state === 'down') return paint.yellow(text('broker.down'));
  const ports = [port, tlsPort].filter((one) => one !== null).join(', ');
  return text('broker.listening', { ports, connections, devices });
}

function nodeLines(invocation: Invocation, status: NodeStatus): readonly string[] {
  const { text, format, paint } = invocation;
  const { sync } = status;
  return [
    titleLine(invocation, status.facility, status.health),
    '',
    ...pairLines(
      [
        [text('status.version'), status.version],
        [text('status.uptime'), format.duration(status.uptimeSeconds)],
        [text('status.lan'), status.lanUrl],
        [text('status.people'), text('status.peopleValue', { ...status.people })],
        [text('broker.label'), brokerText(invocation, status.broker)],
        [text('status.hub'), text(sync.connected ? 'status.connected' : 'status.disconnected')],
        [text('sync.pending'), format.integer(sync.pendingChanges)],
        [text('sync.last'), lastExchangeText(invocation, sync.lastExchange)],
        [text('sync.proof'), proofText(invocation, sync.proof)],
        ...(sync.loading == null ? [] : [[text('sync.loading'), loadingText(invocation, sync.loading)] as const]),
        ...(status.fingerprintWords === null
          ? [[text('status.enrolment'), text('status.notEnrolled')] as const]
          : [[text('status.fingerprint'), status.fingerprintWords.join(' ')] as const]),
      ],
      paint,
    ),
    '',
    ...checkLines(invocation, status.checks),
  ];
}

function hubLines(invocation: Invocation, status: HubStatus): readonly string[] {
  const { text, format, paint } = invocation;
  return [
    titleLine(invocation, 'hub', status.health),
    '',
    ...pairLines(
      [
        [text('status.version'), status.version],
        [text('status.uptime'), format.duration(status.uptimeSeconds)],
        [text('status.url'), status.url],
        [text('status.facilities'), text('status.facilitiesValue', { ...status.facilities })],
        [text('status.outbox'), format.integer(status.outbox.waiting)],
      ],
      paint,
    ),
    '',
    ...checkLines(invocation, status.checks),
  ];
}

function lockedLines(invocation: Invocation, status: LockedStatus): readonly string[] {
  const { text, format, paint } = invocation;
  return [
    `${paint.bold(status.facility)}  ${paint.yellow(`! ${text('keys.locked')}`)}`,
    '',
    ...pairLines(
      [
        [text('status.version'), status.version],
        [text('status.uptime'), format.duration(status.uptimeSeconds)],
        [text('status.lan'), status.lanUrl],
      ],
      paint,
    ),
    '',
    ...checkLines(invocation, status.checks),
  ];
}

/** `haggui status`: one screen of health, of a node or a hub. */
export async function showStatus(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const status = await adminClientFor(invocation, dataDirectory).get<NodeStatus | LockedStatus | HubStatus>('/status');
  if ('isLocked' in status) return { json: status, lines: lockedLines(invocation, status) };
  return {
    json: status,
    lines: isHubStatus(status) ? hubLines(invocation, status) : nodeLines(invocation, status),
  };
}

/** `haggui hub status`: the same of a hub alone. Throws SH-K501 for a node's directory. */
export async function showHubStatus(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const status = await hubStatus(adminClientFor(invocation, dataDirectory));
  return { json: status, lines: hubLines(invocation, status) };
}
