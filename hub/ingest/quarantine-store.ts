import type { Sql } from '../database/sql.ts';

/** A change that was refused, as an operator is told of it. */
export type QuarantineEntry = {
  readonly incarnation: string;
  readonly sequence: number;
  readonly code: string;
  readonly detail: string;
};

/** Notes refused changes of a facility's node. */
export async function appendQuarantine(
  sql: Sql,
  facility: string,
  quarantine: { readonly entries: readonly QuarantineEntry[]; readonly refusedAt: Date },
): Promise<void> {
  const { entries, refusedAt } = quarantine;
  if (entries.length === 0) return;
  await sql.query(
    `insert into hub.quarantine (facility, incarnation, sequence, code, detail, refused_at)
     select $1, incarnation, sequence, code, detail, $2
     from unnest($3::text[], $4::bigint[], $5::text[], $6::text[]) as q (incarnation, sequence, code, detail)
     on conflict (facility, incarnation, sequence) do nothing`,
    [
      facility,
      refusedAt,
      entries.map(({ incarnation }) => incarnation),
      entries.map(({ sequence }) => sequence),
      entries.map(({ code }) => code),
      entries.map(({ detail }) => detail),
    ],
  );
}

/** A refused change as it is listed. `node` is the facility's. */
export type QuarantinedEntry = QuarantineEntry & {
  readonly facility: string;
  readonly node: number;
  readonly refusedAt: Date;
};

/** The place of an entry in the list, newest first. */
export type QuarantinePlace = Pick<QuarantinedEntry, 'refusedAt' | 'facility' | 'incarnation' | 'sequence'>;

type QuarantinedRow = Omit<QuarantinedEntry, 'sequence'> & { readonly sequence: string };

const COLUMNS = `q.facility, f.node, q.incarnation, q.sequence, q.code, q.detail, q.refused_at as "refusedAt"
  from hub.quarantine q join hub.facility f on f.code = q.facility`;

/** Up to `limit` refused changes of all facilities, the newest first, after a place of the list. */
export async function readQuarantinePage(
  sql: Sql,
  after: QuarantinePlace | undefined,
  limit: number,
): Promise<readonly QuarantinedEntry[]> {
  const { rows } = await sql.query<QuarantinedRow>(
    `select ${COLUMNS}
     where $1::timestamptz is null or (q.refused_at, q.facility, q.incarnation, q.sequence) < ($1, $2, $3, $4)
     order by q.refused_at desc, q.facility desc, q.incarnation desc, q.sequence desc limit $5`,
    [after?.refusedAt ?? null, after?.facility ?? '', after?.incarnation ?? '', after?.sequence ?? 0, limit],
  );
  return rows.map(entryOf);
}

/** One refused change. */
export async function readQuarantined(
  sql: Sql,
  { facility, incarnation, sequence }: Pick<QuarantinePlace, 'facility' | 'incarnation' | 'sequence'>,
): Promise<QuarantinedEntry | undefined> {
  const { rows } = await sql.query<QuarantinedRow>(
    `select ${COLUMNS} where q.facility = $1 and q.incarnation = $2 and q.sequence = $3`,
    [facility, incarnation, sequence],
  );
  return rows[0] === undefined ? undefined : entryOf(rows[0]);
}

/** Every refused change of one facility's node, in the order in which they were written. */
export async function readQuarantineOf(sql: Sql, facility: string): Promise<readonly QuarantinedEntry[]> {
  const { rows } = await sql.query<QuarantinedRow>(`select ${COLUMNS} where q.facility = $1 order by q.sequence`, [
    facility,
  ]);
  return rows.map(entryOf);
}

/** How many changes of all nodes are refused. */
export async function countQuarantine(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ count: string }>('select count(*) from hub.quarantine');
  return Number(rows[0]?.count);
}

/** The facilities whose nodes have refused changes. */
export async function quarantinedFacilities(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ facility: string }>(
    'select distinct facility from hub.quarantine order by facility',
  );
  return rows.map(({ facility }) => facility);
}

/** Takes changes of a facility's node out of quarantine. */
export async function leaveQuarantine(
  sql: Sql,
  facility: string,
  places: readonly { readonly incarnation: string; readonly sequence: number }[],
): Promise<void> {
  if (places.length === 0) return;
  await sql.query(
    `delete from hub.quarantine q using unnest($2::text[], $3::bigint[]) as p (incarnation, sequence)
     where q.facility = $1 and q.incarnation = p.incarnation and q.sequence = p.sequence`,
    [facility, places.map(({ incarnation }) => incarnation), places.map(({ sequence }) => sequence)],
  );
}

function entryOf(row: QuarantinedRow): QuarantinedEntry {
  return { ...row, sequence: Number(row.sequence) };
}
