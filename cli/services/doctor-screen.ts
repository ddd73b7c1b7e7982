import type { HealthCheck, HubStatus, LockedStatus, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { HagguiError, hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import { machineChecks } from '@santehaggui/runtime/health/machine-checks.ts';
import type { AdminClient } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { keyRingChecks } from './key-ring-check.ts';
import { adminClientFor } from './node-session.ts';
import { checkLines } from './status-screen.ts';

/** Reading every page of a large database takes its time. */
const EXAMINATION_TIMEOUT_MS = 600_000;

/** `haggui doctor`: every check with its remedy, of a node, a hub, or a data directory whose service is stopped. */
export async function showDoctor(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint } = invocation;
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock: invocation.clock });
  progress.update(text('doctor.running'));
  const checks = await examine(invocation, dataDirectory).finally(() => progress.stop());
  const count = (wanted: HealthCheck['state']): number => checks.filter(({ state }) => state === wanted).length;
  const [wrong, watched] = [count('failing'), count('degraded')];
  const health = wrong > 0 ? 'failing' : watched > 0 ? 'degraded' : 'ok';
  const verdicts = {
    failing: paint.red(`✗ ${text('doctor.wrong', { count: wrong })}`),
    degraded: paint.yellow(`! ${text('doctor.attention', { count: watched })}`),
    ok: paint.green(`✓ ${text('doctor.fine')}`),
  };
  return {
    json: { health, checks },
    lines: [verdicts[health], '', ...checkLines(invocation, checks)],
    exitCode: wrong > 0 ? exitCodes.cannotWorkNow : exitCodes.stopped,
  };
}

async function examine(invocation: Invocation, dataDirectory: string): Promise<readonly HealthCheck[]> {
  const client = adminClientFor(invocation, dataDirectory);
  try {
    const call = { timeoutMs: EXAMINATION_TIMEOUT_MS };
    return (await client.get<{ readonly checks: readonly HealthCheck[] }>('/doctor', call)).checks;
  } catch (error) {
    // A locked node and a hub tell their state; the rest is the machine's.
    if (hasCode(error, 'SH-N001') || hasCode(error, 'SH-T180')) {
      return [...(await statusChecks(client)), ...ownChecks(invocation, dataDirectory)];
    }
    if (!hasCode(error, 'SH-T001') || !(error instanceof HagguiError)) throw error;
    const { what, why, remedy } = error.tell(invocation.language);
    const service: HealthCheck = {
      ...{ name: 'service', state: 'failing', detail: why ?? what },
      ...(remedy === undefined ? {} : { remedy }),
    };
    const keys = keyRingChecks(dataDirectory, invocation.language);
    return [service, ...keys, ...ownChecks(invocation, dataDirectory)];
  }
}

async function statusChecks(client: AdminClient): Promise<readonly HealthCheck[]> {
  return (await client.get<NodeStatus | LockedStatus | HubStatus>('/status')).checks;
}

/** What this process can see of the machine; core dumps are the service's own. */
function ownChecks({ language }: Invocation, dataRoot: string): readonly HealthCheck[] {
  return machineChecks({ dataRoot })
    .filter(({ name }) => name !== 'cores')
    .map(({ name, state, detail, remedy }) => ({
      ...{ name, state, detail: detail[language] },
      ...(remedy === undefined ? {} : { remedy: remedy[language] }),
    }));
}
