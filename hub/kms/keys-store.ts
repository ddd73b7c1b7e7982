import type { Sql } from '../database/sql.ts';
import { KEY_KEEPER, withTenant } from '../database/tenant.ts';

/** A facility's key as it is kept. */
export type FacilityKeyRow = {
  readonly facility: string;
  readonly generation: number;
  readonly wrapped: string;
  readonly kmsVersion: number;
};

/** A patient's key as it is kept, under the key of a facility. */
export type PatientKeyRow = {
  readonly patient: string;
  readonly facility: string;
  readonly generation: number;
  readonly wrapped: Uint8Array;
};

/** How many keys there are. `behind`: facilities whose key an older version of the KMS wraps. */
export type KeyCounts = {
  readonly facilities: number;
  readonly patients: number;
  readonly destroyed: number;
  readonly behind: number;
};

const FACILITY_KEY = 'facility, generation, wrapped, kms_version as "kmsVersion"';

/** The key of a facility; undefined when it has none yet. */
export async function findFacilityKey(sql: Sql, facility: string): Promise<FacilityKeyRow | undefined> {
  const { rows } = await withTenant(sql, KEY_KEEPER, () =>
    sql.query<FacilityKeyRow>(`select ${FACILITY_KEY} from hub.facility_key where facility = $1`, [facility]),
  );
  return rows[0];
}

/** Keeps a facility's first key; the one that is there when another was quicker. */
export async function addFacilityKey(sql: Sql, key: FacilityKeyRow, createdAt: Date): Promise<FacilityKeyRow> {
  return withTenant(sql, KEY_KEEPER, async () => {
    await sql.query(
      `insert into hub.facility_key (facility, generation, wrapped, kms_version, created_at)
       values ($1, $2, $3, $4, $5) on conflict (facility) do nothing`,
      [key.facility, key.generation, key.wrapped, key.kmsVersion, createdAt],
    );
    const text = `select ${FACILITY_KEY} from hub.facility_key where facility = $1`;
    return (await sql.query<FacilityKeyRow>(text, [key.facility])).rows[0] as FacilityKeyRow;
  });
}

/** Puts another key in the place of a facility's; false when it is not any more the one that was read. */
export async function replaceFacilityKey(
  sql: Sql,
  { from, to }: { readonly from: FacilityKeyRow; readonly to: FacilityKeyRow },
): Promise<boolean> {
  const { rowCount } = await withTenant(sql, KEY_KEEPER, () =>
    sql.query(
      `update hub.facility_key set generation = $4, wrapped = $5, kms_version = $6
       where facility = $1 and generation = $2 and wrapped = $3`,
      [from.facility, from.generation, from.wrapped, to.generation, to.wrapped, to.kmsVersion],
    ),
  );
  return rowCount === 1;
}

/** Some of the facilities' keys that an older version of the KMS wraps. */
export async function facilityKeysBefore(sql: Sql, version: number, limit: number): Promise<readonly FacilityKeyRow[]> {
  const { rows } = await withTenant(sql, KEY_KEEPER, () =>
    sql.query<FacilityKeyRow>(
      `select ${FACILITY_KEY} from hub.facility_key where kms_version < $1 order by facility limit $2`,
      [version, limit],
    ),
  );
  return rows;
}

/** The key of a patient, or whether it was destroyed. */
export function findPatientKey(sql: Sql, patient: string): Promise<PatientKeyRow | 'destroyed' | undefined> {
  return withTenant(sql, KEY_KEEPER, async () => {
    const { rows } = await sql.query<PatientKeyRow>(
      'select patient, facility, generation, wrapped from hub.patient_key where patient = $1',
      [patient],
    );
    const [row] = rows;
    if (row !== undefined) return row;
    const { rowCount } = await sql.query('select from hub.destroyed_key where patient = $1', [patient]);
    return rowCount === 0 ? undefined : 'destroyed';
  });
}

/** Keeps a patient's first key; false when there is one already, or the facility's key was replaced meanwhile. */
export async function addPatientKey(sql: Sql, key: PatientKeyRow, createdAt: Date): Promise<boolean> {
  const { rowCount } = await withTenant(sql, KEY_KEEPER, () =>
    sql.query(
      // The lock keeps the facility's key what it is until this transaction ends.
      `insert into hub.patient_key (patient, facility, generation, wrapped, created_at)
       select $1, f.facility, f.generation, $4, $5 from hub.facility_key f
       where f.facility = $2 and f.generation = $3 for share
       on conflict (patient) do nothing`,
      [key.patient, key.facility, key.generation, Buffer.from(key.wrapped), createdAt],
    ),
  );
  return rowCount === 1;
}

/** The patients' keys that a facility's key of one generation wraps, locked until the transaction ends. */
export async function patientKeysOf(
  sql: Sql,
  { facility, generation }: Pick<FacilityKeyRow, 'facility' | 'generation'>,
): Promise<readonly PatientKeyRow[]> {
  const { rows } = await withTenant(sql, KEY_KEEPER, () =>
    sql.query<PatientKeyRow>(
      `select patient, facility, generation, wrapped from hub.patient_key
       where facility = $1 and generation = $2 order by patient for update`,
      [facility, generation],
    ),
  );
  return rows;
}

/** Writes patients' keys over what wraps them. */
export async function rewritePatientKeys(sql: Sql, keys: readonly PatientKeyRow[]): Promise<void> {
  await withTenant(sql, KEY_KEEPER, () =>
    sql.query(
      `update hub.patient_key p set generation = k.generation, wrapped = k.wrapped
       from unnest($1::uuid[], $2::int[], $3::bytea[]) as k (patient, generation, wrapped) where p.patient = k.patient`,
      [
        keys.map(({ patient }) => patient),
        keys.map(({ generation }) => generation),
        keys.map(({ wrapped }) => Buffer.from(wrapped)),
      ],
    ),
  );
}

/** Destroys the keys of patients and notes that none is to be made again. */
export async function destroyPatientKeys(sql: Sql, patients: readonly string[], at: Date): Promise<void> {
  await withTenant(sql, KEY_KEEPER, async () => {
    await sql.query('delete from hub.patient_key where patient = any($1)', [patients]);
    await sql.query(
      'insert into hub.destroyed_key (patient, destroyed_at) select unnest($1::uuid[]), $2 on conflict do nothing',
      [patients, at],
    );
  });
}

/** How many keys there are, given the newest version of the KMS. */
export async function countKeys(sql: Sql, version: number): Promise<KeyCounts> {
  const { rows } = await withTenant(sql, KEY_KEEPER, () =>
    sql.query<KeyCounts>(
      `select (select count(*)::int from hub.facility_key) as facilities,
         (select count(*)::int from hub.facility_key where kms_version < $1) as behind,
         (select count(*)::int from hub.patient_key) as patients,
         (select count(*)::int from hub.destroyed_key) as destroyed`,
      [version],
    ),
  );
  return rows[0] as KeyCounts;
}
