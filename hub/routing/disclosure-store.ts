import type { Sql } from '../database/sql.ts';

/** Why a patient's records were given to another facility. */
export type DisclosureReason = 'referral' | 'consent' | 'emergency';

/** A record that is given, whose it is (null: nobody's) and of which type. */
export type GivenRecord = { readonly id: string; readonly patient: string | null; readonly type: number };

/** A record that was given to a facility that had it not. */
export type Disclosure = {
  readonly source: string;
  readonly destination: string;
  readonly patient: string | null;
  readonly type: number;
  readonly because: DisclosureReason;
};

/** Notes records as given, in the transaction that gives them. */
export async function noteDisclosures(
  sql: Sql,
  {
    records,
    ...gift
  }: Omit<Disclosure, 'patient' | 'type'> & { readonly records: readonly GivenRecord[]; readonly at: Date },
): Promise<void> {
  await sql.query(
    `insert into hub.disclosure (source, destination, because, given_at, record_id, patient_id, record_type)
     select $1, $2, $3, $4, id, patient, type from unnest($5::uuid[], $6::uuid[], $7::integer[]) as given (id, patient, type)`,
    [
      ...[gift.source, gift.destination, gift.because, gift.at],
      ...[records.map(({ id }) => id), records.map(({ patient }) => patient), records.map(({ type }) => type)],
    ],
  );
}

/** Takes what was noted off, the first noted first, at most so many. */
export async function takeDisclosures(sql: Sql, limit: number): Promise<readonly Disclosure[]> {
  const { rows } = await sql.query<Disclosure & { readonly id: string }>(
    `delete from hub.disclosure where id in (select id from hub.disclosure order by id limit $1)
     returning id, source, destination, because, patient_id as patient, coalesce(record_type, 0) as type`,
    [limit],
  );
  return rows.toSorted((one, other) => Number(one.id) - Number(other.id));
}
