import type { Sql } from '../database/sql.ts';

/** The public keys of a node. */
export type NodeKeys = {
  readonly node: number;
  readonly signKey: Uint8Array;
  readonly sealKey: Uint8Array;
  readonly journalKey: Uint8Array;
};

/** A facility as enrolment sees it. */
export type EnrolmentFacility = {
  readonly code: string;
  readonly recordId: string;
  readonly name: string;
  readonly region: string;
  readonly kind: string;
  readonly referralTarget: string | null;
  /** The keys of the node that is enrolled; null while none is. */
  readonly keys: NodeKeys | null;
};

type FacilityRow = {
  code: string;
  record_id: string;
  name: string;
  region: string;
  kind: string;
  referral_target: string | null;
  node: number | null;
  sign_key: Buffer;
  seal_key: Buffer;
  journal_key: Buffer;
};

const COLUMNS = 'code, record_id, name, region, kind, referral_target, node, sign_key, seal_key, journal_key';

/** Keeps a token's hash; the token itself is known to whoever was told it. */
export async function addToken(
  sql: Sql,
  token: { readonly secretHash: Uint8Array; readonly facility: string; readonly expiresAt: Date },
): Promise<void> {
  await sql.query('insert into hub.enrolment_token (secret_hash, facility, expires_at) values ($1, $2, $3)', [
    Buffer.from(token.secretHash),
    token.facility,
    token.expiresAt,
  ]);
}

/** Ends the tokens of a facility that nobody has used, and waits for whoever is using one. */
export async function endTokens(sql: Sql, facility: string): Promise<void> {
  // Not "now": no clock that is put back may revive them.
  await sql.query(`update hub.enrolment_token set expires_at = 'epoch' where facility = $1 and used_at is null`, [
    facility,
  ]);
}

/** Reads and locks a token. */
export async function lockToken(
  sql: Sql,
  secretHash: Uint8Array,
): Promise<{ readonly facility: string; readonly expiresAt: Date; readonly isUsed: boolean } | undefined> {
  const { rows } = await sql.query<{ facility: string; expires_at: Date; is_used: boolean }>(
    `select facility, expires_at, used_at is not null as is_used from hub.enrolment_token where secret_hash = $1 for update`,
    [Buffer.from(secretHash)],
  );
  const row = rows[0];
  return row === undefined ? undefined : { facility: row.facility, expiresAt: row.expires_at, isUsed: row.is_used };
}

/** Marks a token as used. */
export async function useToken(sql: Sql, secretHash: Uint8Array, at: Date): Promise<void> {
  await sql.query('update hub.enrolment_token set used_at = $2 where secret_hash = $1', [Buffer.from(secretHash), at]);
}

/** The facility with a code. */
export async function facilityByCode(sql: Sql, code: string): Promise<EnrolmentFacility | undefined> {
  const { rows } = await sql.query<FacilityRow>(`select ${COLUMNS} from hub.facility where code = $1`, [code]);
  return rows[0] === undefined ? undefined : facilityOf(rows[0]);
}

/** The numbers of the nodes that are enrolled. */
export async function enrolledNodes(sql: Sql): Promise<readonly number[]> {
  const { rows } = await sql.query<{ node: number }>(
    'select node from hub.facility where node is not null order by node',
  );
  return rows.map(({ node }) => node);
}

/** The facility whose node has a number. */
export async function facilityByNode(sql: Sql, node: number): Promise<EnrolmentFacility | undefined> {
  const { rows } = await sql.query<FacilityRow>(`select ${COLUMNS} from hub.facility where node = $1`, [node]);
  return rows[0] === undefined ? undefined : facilityOf(rows[0]);
}

/** Gives a facility its node. */
export async function enrolNode(
  sql: Sql,
  facility: string,
  { keys, at }: { readonly keys: NodeKeys; readonly at: Date },
): Promise<void> {
  await sql.query(
    'update hub.facility set node = $2, sign_key = $3, seal_key = $4, journal_key = $5, enrolled_at = $6 where code = $1',
    [facility, keys.node, Buffer.from(keys.signKey), Buffer.from(keys.sealKey), Buffer.from(keys.journalKey), at],
  );
}

function facilityOf(row: FacilityRow): EnrolmentFacility {
  const { code, record_id: recordId, name, region, kind, referral_target: referralTarget, node } = row;
  const keys =
    node === null
      ? null
      : {
          node,
          signKey: new Uint8Array(row.sign_key),
          sealKey: new Uint8Array(row.seal_key),
          journalKey: new Uint8Array(row.journal_key),
        };
  return { code, recordId, name, region, kind, referralTarget, keys };
}
