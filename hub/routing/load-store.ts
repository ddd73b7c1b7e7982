import { textArray, uuidArray } from '../database/binary-array.ts';
import type { Sql } from '../database/sql.ts';
import type { LoadItem } from './load-order.ts';

/** The last load of a facility's node. */
export type NodeLoad = {
  readonly node: number;
  readonly beginsAfter: number;
  readonly journalPosition: number;
  readonly patients: number;
  readonly isEnded: boolean;
};

/** The last load of a facility's node; undefined when it never had one. */
export async function readLoad(sql: Sql, facility: string): Promise<NodeLoad | undefined> {
  const { rows } = await sql.query<{
    node: number;
    begins_after: string;
    journal_position: string;
    patients: number;
    ended: boolean;
  }>(
    `select node, begins_after, journal_position, patients, ended_at is not null as ended
     from hub.node_load where facility = $1`,
    [facility],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        node: row.node,
        beginsAfter: Number(row.begins_after),
        journalPosition: Number(row.journal_position),
        patients: row.patients,
        isEnded: row.ended,
      };
}

/** Begins a load, in the place of one before. */
export async function writeLoad(
  sql: Sql,
  facility: string,
  load: Omit<NodeLoad, 'isEnded'> & { readonly items: readonly LoadItem[]; readonly at: Date },
): Promise<void> {
  const { node, beginsAfter, journalPosition, patients, items, at } = load;
  await sql.query(
    `insert into hub.node_load (facility, node, begins_after, journal_position, patients, begun_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (facility) do update set node = excluded.node, begins_after = excluded.begins_after,
       journal_position = excluded.journal_position, patients = excluded.patients, begun_at = excluded.begun_at,
       ended_at = null`,
    [facility, node, beginsAfter, journalPosition, patients, at],
  );
  await sql.query('delete from hub.node_load_item where facility = $1', [facility]);
  await sql.query(
    `insert into hub.node_load_item (facility, place, record_id, patient)
     select $1, place, record, nullif(patient, '')::uuid
     from unnest($2::uuid[], $3::text[]) with ordinality as i (record, patient, place)`,
    [facility, uuidArray(items.map(({ record }) => record)), textArray(items.map(({ patient }) => patient ?? ''))],
  );
}

/** Takes the next records out of a load, in order. */
export async function takeNext(sql: Sql, facility: string, limit: number): Promise<readonly string[]> {
  const { rows } = await sql.query<{ record: string }>(
    `with taken as (
       delete from hub.node_load_item where (facility, place) in (
         select facility, place from hub.node_load_item where facility = $1 order by place limit $2)
       returning place, record_id)
     select record_id as record from taken order by place`,
    [facility, limit],
  );
  return rows.map(({ record }) => record);
}

/** Takes records out of a load that are wanted before their turn, each with all of its patient's, in order. */
export async function takeEarly(sql: Sql, facility: string, records: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql.query<{ record: string }>(
    `with wanted as (
       select record_id, patient from hub.node_load_item where facility = $1 and record_id = any($2)
     ), taken as (
       delete from hub.node_load_item where facility = $1
         and (record_id in (select record_id from wanted) or patient in (select patient from wanted))
       returning place, record_id)
     select record_id as record from taken order by place`,
    [facility, uuidArray(records)],
  );
  return rows.map(({ record }) => record);
}

/** What is still to be given: records, and the patients whose own record is among them. */
export async function countLeft(
  sql: Sql,
  facility: string,
): Promise<{ readonly records: number; readonly patients: number }> {
  const { rows } = await sql.query<{ records: string; patients: string }>(
    `select count(*) as records, count(*) filter (where record_id = patient) as patients
     from hub.node_load_item where facility = $1`,
    [facility],
  );
  return { records: Number(rows[0]?.records ?? 0), patients: Number(rows[0]?.patients ?? 0) };
}

/** Notes that a load is in the feed whole. */
export async function endLoad(sql: Sql, facility: string, at: Date): Promise<void> {
  await sql.query('update hub.node_load set ended_at = $2 where facility = $1 and ended_at is null', [facility, at]);
}
