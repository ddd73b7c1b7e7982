import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failCli } from '../cli-errors.ts';
import type { DemoDistrict } from './demo-district.ts';
import type { DemoNode } from './demo-node.ts';
import { ATTEMPTS, PAUSE_MS, untilItGoes } from './until-it-goes.ts';

/** Exchanges until the hub has acknowledged all that the node recorded. Throws SH-T502 when forty attempts do not do. */
export function syncUntilDone(node: DemoNode, clock: Clock, signal: AbortSignal): Promise<void> {
  const exchange = async (): Promise<void> => {
    const { pendingChanges, attachments } = await node.syncNow();
    const waiting = pendingChanges + attachments.toSend;
    if (waiting > 0) throw failCli('SH-T502', { why: `${node.code}: ${waiting}` });
  };
  return untilItGoes(exchange, { clock, signal });
}

/**
 * Exchanges everywhere until everything recorded is at the hub, then once more everywhere, so that what the hub routed has
 * arrived too.
 */
export async function syncDistrict(district: DemoDistrict, clock: Clock): Promise<void> {
  for (const _round of ['up', 'down']) {
    await Promise.all(district.nodes.map((node) => syncUntilDone(node, clock, district.signal)));
  }
}

/** Compares every node with the hub, some times over: what is still on its way down counts as a difference until it is there. */
export async function verifyDistrict(
  district: DemoDistrict,
  clock: Clock,
): Promise<ReadonlyMap<string, SyncVerification>> {
  const verify = async (node: DemoNode): Promise<readonly [string, SyncVerification]> => {
    let verification = await node.syncVerify();
    for (let attempt = 1; !verification.converged && attempt < ATTEMPTS / 4; attempt += 1) {
      await clock.sleep(PAUSE_MS, district.signal);
      await syncUntilDone(node, clock, district.signal);
      verification = await node.syncVerify();
    }
    return [node.code, verification];
  };
  return new Map(await Promise.all(district.nodes.map(verify)));
}
