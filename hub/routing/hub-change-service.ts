import { lockFacilities } from '../database/facility-lock.ts';
import { REGISTRY } from '../database/roles.ts';
import type { HubAppend, HubOrigin } from '../registers/hub-origin-service.ts';
import { affectedFacilities, distribute } from './routing-service.ts';

/** Journals changes of the hub's own records and sends them to everybody who holds them, in one transaction of the caller's. */
export async function appendAndDistribute(origin: HubOrigin, { sql, drafts, nowMs }: HubAppend): Promise<void> {
  const completed = await origin.append({ sql, drafts, nowMs });
  if (completed.length === 0) return;
  const changes = completed.map(({ change }) => change);
  await lockFacilities(sql, await affectedFacilities(sql, REGISTRY, changes));
  await distribute({ sql, from: REGISTRY, completed, receivedAt: new Date(nowMs) });
}
