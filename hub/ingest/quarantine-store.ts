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
