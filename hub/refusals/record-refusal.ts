import type { Refusal } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { Sql } from '../database/sql.ts';

/** Notes a refusal, here and in the audit trail; a second one of the same source and hour, also after a restart, adds nothing. */
export async function recordRefusal(
  sql: Sql,
  { carrier, source, code }: Refusal,
  { atMs, audit }: { readonly atMs: number; readonly audit: HubAuditTrail },
): Promise<void> {
  const { rowCount } = await sql.query(
    `insert into hub.refusal (carrier, source, hour, code, refused_at)
     values ($1, $2, date_trunc('hour', $4::timestamptz, 'UTC'), $3, $4) on conflict do nothing`,
    [carrier, source.slice(0, 200), code, new Date(atMs)],
  );
  if (rowCount === 0) return;
  const detail = { carrier, source: source.slice(0, 200), code };
  await audit.append({ kind: 'daemon' }, { action: 'import', recordType: 'frame', decision: 'deny', detail }, sql);
}
