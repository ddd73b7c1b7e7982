import type { Countersignature, SignedCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import type { Sql } from '../database/sql.ts';

/** What is wrong, as `audit_finding` names it. */
export type FindingKind = 'rewritten' | 'shorter' | 'chain' | 'damaged' | 'consents' | 'hub-rewritten' | 'hub-consents';

/** A finding that nobody has settled. */
export type OpenFinding = {
  readonly id: number;
  readonly facility: string;
  readonly node: number;
  readonly kind: FindingKind;
  readonly about: number;
  readonly foundAt: Date;
  readonly checkpoint: SignedCheckpoint;
};

type FindingRow = {
  id: string;
  facility: string;
  node: number;
  kind: FindingKind;
  about: string;
  found_at: Date;
  checkpoint: Buffer;
  signature: Buffer;
};

/** Lets one conversation with a node's trail go on at a time, until the transaction ends. */
export async function lockWitness(sql: Sql, node: number): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('witness ' || $1, 0))`, [String(node)]);
}

/** What was countersigned last of a node's trail. */
export async function lastWitnessed(
  sql: Sql,
  node: number,
): Promise<{ readonly branch: number; readonly checkpoint: SignedCheckpoint } | undefined> {
  const { rows } = await sql.query<{ branch: number; checkpoint: Buffer; signature: Buffer }>(
    `select branch, checkpoint, signature from hub.witnessed_checkpoint where node = $1
     order by branch desc, entries desc limit 1`,
    [node],
  );
  const [row] = rows;
  return row === undefined ? undefined : { branch: row.branch, checkpoint: checkpointOf(row) };
}

/** Keeps a countersignature; the first one over a trail of that length stays. */
export async function addWitnessed(
  sql: Sql,
  place: { readonly node: number; readonly branch: number; readonly entries: number },
  { bytes, signature }: SignedCheckpoint,
  word: Countersignature,
): Promise<void> {
  await sql.query(`insert into hub.witnessed_checkpoint values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`, [
    ...[place.node, place.branch, place.entries, Buffer.from(bytes), Buffer.from(signature)],
    ...[word.at, Buffer.from(word.signature)],
  ]);
}

/** Notes what is wrong, unless the same stands open already; true when it is new. */
export async function addFinding(
  sql: Sql,
  { facility, node, kind, about, checkpoint, foundAt }: Omit<OpenFinding, 'id'>,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into hub.audit_finding (facility, node, kind, about, checkpoint, signature, found_at)
     select $1, $2, $3, $4, $5, $6, $7 where not exists (
       select 1 from hub.audit_finding f where f.node = $2 and f.kind = $3 and f.about = $4
         and not exists (select 1 from hub.audit_finding_settled s where s.finding = f.id))`,
    [facility, node, kind, about, Buffer.from(checkpoint.bytes), Buffer.from(checkpoint.signature), foundAt],
  );
  return rowCount === 1;
}

/** What nobody has settled yet, the oldest first; of one facility, or of all. */
export async function openFindings(sql: Sql, facility: string | null): Promise<readonly OpenFinding[]> {
  const { rows } = await sql.query<FindingRow>(
    `select f.id, f.facility, f.node, f.kind, f.about, f.found_at, f.checkpoint, f.signature from hub.audit_finding f
     where ($1::text is null or f.facility = $1)
       and not exists (select 1 from hub.audit_finding_settled s where s.finding = f.id)
     order by f.id limit 1000`,
    [facility],
  );
  return rows.map((row) => ({
    ...{ facility: row.facility, node: row.node, kind: row.kind, foundAt: row.found_at },
    id: Number(row.id),
    about: Number(row.about),
    checkpoint: checkpointOf(row),
  }));
}

/** Notes that a person has looked into findings. */
export async function settleFindings(sql: Sql, ids: readonly number[], at: Date): Promise<void> {
  await sql.query(
    'insert into hub.audit_finding_settled (finding, settled_at) select unnest($1::bigint[]), $2 on conflict do nothing',
    [ids, at],
  );
}

/** The facilities' nodes, and how much of the trail of each was countersigned, and when. */
export async function witnessedNodes(
  sql: Sql,
): Promise<
  readonly { readonly facility: string; readonly node: number; readonly entries: number; readonly at: number }[]
> {
  const { rows } = await sql.query<{ facility: string; node: number; entries: string; at: string }>(
    `select distinct on (w.node) f.code as facility, w.node, w.entries, w.countersigned_at as at
     from hub.witnessed_checkpoint w join hub.facility f on f.node = w.node
     order by w.node, w.branch desc, w.entries desc`,
  );
  return rows.map(({ entries, at, ...row }) => ({ ...row, entries: Number(entries), at: Number(at) }));
}

/** The codes of all facilities. */
export async function registered(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ code: string }>('select code from hub.facility order by code');
  return rows.map(({ code }) => code);
}

/** The journal keys of the nodes that are or were a facility's, and of which of them changes wait beyond a gap. */
export async function registerKeys(
  sql: Sql,
  facility: string,
): Promise<{ readonly journalKeys: ReadonlyMap<number, Uint8Array>; readonly gaps: ReadonlySet<number> }> {
  const { rows } = await sql.query<{ node: number; journal_key: Buffer; has_gap: boolean }>(
    `select n.node, n.journal_key, exists (select 1 from hub.parked p where p.node = n.node) as has_gap from (
       select node, journal_key from hub.facility where code = $1 and node is not null
       union all select node, journal_key from hub.former_node where facility = $1) n`,
    [facility],
  );
  return {
    journalKeys: new Map(rows.map(({ node, journal_key: key }) => [node, new Uint8Array(key)])),
    gaps: new Set(rows.filter(({ has_gap: hasGap }) => hasGap).map(({ node }) => node)),
  };
}

function checkpointOf({ checkpoint, signature }: { checkpoint: Buffer; signature: Buffer }): SignedCheckpoint {
  return { bytes: new Uint8Array(checkpoint), signature: new Uint8Array(signature) };
}
