import type { Sql } from '../database/sql.ts';
import type { HubOrigin } from '../registers/hub-origin-service.ts';
import { deliver } from './delivery-service.ts';
import { removeHolder } from './holder-store.ts';

/** Copies of a facility, whose node is `node`, that are to end; the caller holds the facility's lock. */
export type Ending = {
  readonly sql: Sql;
  readonly origin: HubOrigin;
  readonly facility: string;
  readonly node: number;
  readonly records: readonly string[];
  readonly nowMs: number;
};

/** As many ids as fit well into a frame. */
const MAX_RELEASED = 500;

/** Ends copies by a `Release` that the hub journals and both ends apply. */
export async function endCopies({ sql, origin, facility, node, records: all, nowMs }: Ending): Promise<void> {
  for (let at = 0; at < all.length; at += MAX_RELEASED) {
    const records = all.slice(at, at + MAX_RELEASED);
    const changes = await origin.append({ sql, drafts: [{ kind: 'release', holder: node, records }], nowMs });
    await deliver({ sql, facility, changes, receivedAt: new Date(nowMs) });
    await removeHolder(sql, facility, records);
  }
}
