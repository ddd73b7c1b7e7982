import { textArray, uuidArray } from '../database/binary-array.ts';
import type { Sql } from '../database/sql.ts';

/** An erasure that was done. */
export type ErasureRow = {
  readonly patient: string;
  readonly facility: string;
  readonly facilities: readonly string[];
  readonly reason: string;
  readonly records: number;
  readonly erasedAt: Date;
};

/** Notes an erasure; of one that is done again the facilities and the number of records are added up. */
export async function noteErasure(sql: Sql, row: ErasureRow): Promise<void> {
  await sql.query(
    `insert into hub.erasure (patient, facility, facilities, reason, records, erased_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (patient) do update set records = hub.erasure.records + excluded.records,
       facilities = (select array_agg(distinct f order by f) from unnest(hub.erasure.facilities || excluded.facilities) as f)`,
    [row.patient, row.facility, textArray(row.facilities), row.reason, row.records, row.erasedAt],
  );
}

/** All erasures, the newest first. */
export async function readErasures(sql: Sql): Promise<readonly ErasureRow[]> {
  const { rows } = await sql.query<ErasureRow>(
    `select patient, facility, facilities, reason, records, erased_at as "erasedAt" from hub.erasure
     order by erased_at desc, patient`,
  );
  return rows;
}

/** Whether a facility is registered under this code: only then it has a register to look into. */
export async function isRegistered(sql: Sql, facility: string): Promise<boolean> {
  return (await sql.query('select from hub.facility where code = $1', [facility])).rowCount === 1;
}

/** Takes records out of the list of what several facilities hold. */
export async function forgetHolders(sql: Sql, records: readonly string[]): Promise<void> {
  await sql.query('delete from hub.holder where record_id = any($1)', [uuidArray(records)]);
}
