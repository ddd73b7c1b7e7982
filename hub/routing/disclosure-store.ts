import { uuidArray } from '../database/binary-array.ts';
import type { Sql } from '../database/sql.ts';

/** Why a patient's records were given to another facility. */
export type DisclosureReason = 'referral' | 'consent' | 'emergency';

/** A record that was given to a facility that had it not. */
export type Disclosure = {
  readonly source: string;
  readonly destination: string;
  readonly record: string;
  readonly because: DisclosureReason;
};

/** Notes records as given, in the transaction that gives them. */
export async function noteDisclosures(
  sql: Sql,
  { records, ...gift }: Omit<Disclosure, 'record'> & { readonly records: readonly string[]; readonly at: Date },
): Promise<void> {
  await sql.query(
    `insert into hub.disclosure (source, destination, record_id, because, given_at)
     select $1, $2, id, $3, $4 from unnest($5::uuid[]) as given (id)`,
    [gift.source, gift.destination, gift.because, gift.at, uuidArray(records)],
  );
}

/** Takes what was noted off, the first noted first, at most so many. */
export async function takeDisclosures(sql: Sql, limit: number): Promise<readonly Disclosure[]> {
  const { rows } = await sql.query<Disclosure & { readonly id: string }>(
    `delete from hub.disclosure where id in (select id from hub.disclosure order by id limit $1)
     returning id, source, destination, record_id as record, because`,
    [limit],
  );
  return rows.toSorted((one, other) => Number(one.id) - Number(other.id));
}
