import { type AuditFacts, auditLeaf } from '@santehaggui/protocols/audit/audit-entry.ts';
import type { AuditFilter } from '@santehaggui/protocols/audit/audit-filter.ts';
import type { Countersignature, SignedCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import { completedBy, type SubtreeSource, subtreesOf } from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { Sql } from '../database/sql.ts';

/** An entry as it lies in the database. */
export type StoredEntry = { readonly number: number; readonly facts: AuditFacts; readonly tree: Uint8Array };

/** A node's word for the hub's trail, and the key that it signs with. */
export type StoredAnchor = {
  readonly checkpoint: SignedCheckpoint;
  readonly countersignature: Countersignature;
  readonly signKey: Uint8Array;
};

type Row = Omit<AuditFacts, 'at'> & { readonly id: string; readonly at: string; readonly tree: Buffer };

const HASH_BYTES = 32;
/** Stands for a subtree that somebody took away: what is done goes on being written, and every later head shows it. */
const LOST = new Uint8Array(HASH_BYTES);
const FACTS = `at, login, practitioner_id as "practitionerId", role, action, record_type as "recordType",
  record_id as "recordId", patient_id as "patientId", purpose, request_id as "requestId",
  source_address as "sourceAddress", decision, detail`;

/** Appends an entry with its place in the tree; whoever else appends waits until the transaction ends. Gives its number. */
export async function appendEntry(sql: Sql, facts: AuditFacts): Promise<number> {
  const { rows } = await sql.query<{ entries: string }>(
    `update hub.audit_size set entries = greatest(entries, (select coalesce(max(id), 0) from hub.audit_event)) + 1
     returning entries`,
  );
  const number = Number(rows[0]?.entries);
  const leaf = auditLeaf(number, facts);
  const source = await sourceFor(sql, (tree) => completedBy(number - 1, leaf, tree));
  const { at, login, practitionerId, role, action, recordType, recordId, patientId } = facts;
  const { purpose, requestId, sourceAddress, decision, detail } = facts;
  await sql.query(
    `insert into hub.audit_event (id, at, login, practitioner_id, role, action, record_type, record_id, patient_id, purpose,
       request_id, source_address, decision, detail, tree)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      ...[number, at, login, practitionerId, role, action, recordType, recordId, patientId, purpose],
      ...[requestId, sourceAddress, decision, detail, Buffer.concat(completedBy(number - 1, leaf, source))],
    ],
  );
  return number;
}

/** How many entries there were ever, whatever is there. */
export async function trailSize(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ entries: string }>('select entries from hub.audit_size');
  return Number(rows[0]?.entries ?? 0);
}

/** The subtrees that some work on the tree asks for. */
export async function sourceFor(sql: Sql, work: (source: SubtreeSource) => unknown): Promise<SubtreeSource> {
  const asked = [...new Set(subtreesOf(work).map(({ last }) => last + 1))];
  const { rows } = await sql.query<{ id: string; tree: Buffer }>(
    'select id, tree from hub.audit_event where id = any($1::bigint[])',
    [asked],
  );
  const kept = new Map(rows.map(({ id, tree }) => [Number(id), tree]));
  return {
    subtree: (level, last) => {
      const hash = kept.get(last + 1)?.subarray(level * HASH_BYTES, (level + 1) * HASH_BYTES);
      return hash === undefined || hash.length < HASH_BYTES ? LOST : new Uint8Array(hash);
    },
  };
}

/** Up to `limit` entries after one, in order. */
export async function entriesAfter(sql: Sql, number: number, limit: number): Promise<readonly StoredEntry[]> {
  const text = `select id, ${FACTS}, tree from hub.audit_event where id > $1 order by id limit $2`;
  return (await sql.query<Row>(text, [number, limit])).rows.map(entryOf);
}

/** Up to `limit` entries that match and come before one, the newest first. */
export async function searchEntries(
  sql: Sql,
  filter: AuditFilter,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<readonly StoredEntry[]> {
  const { login = null, patientId = null, recordId = null, action = null } = filter;
  const { decision = null, since = null, until = null } = filter;
  const { rows } = await sql.query<Row>(
    `select id, ${FACTS}, tree from hub.audit_event
     where id < $1 and ($3::text is null or login = $3) and ($4::text is null or patient_id = $4)
       and ($5::text is null or record_id = $5) and ($6::text is null or action = $6)
       and ($7::text is null or decision = $7)
       and ($8::bigint is null or at >= $8) and ($9::bigint is null or at < $9)
     order by id desc limit $2`,
    [before, limit, login, patientId, recordId, action, decision, since, until],
  );
  return rows.map(entryOf);
}

/** Keeps a node's word for the trail over so many entries. */
export async function addAnchor(
  sql: Sql,
  { node, entries }: { readonly node: number; readonly entries: number },
  { bytes, signature }: SignedCheckpoint,
  word: Countersignature,
): Promise<void> {
  await sql.query('insert into hub.audit_anchor values ($1, $2, $3, $4, $5, $6) on conflict do nothing', [
    ...[entries, node, Buffer.from(bytes), Buffer.from(signature), word.at, Buffer.from(word.signature)],
  ]);
}

/** The words of nodes that are, or were, a facility's. */
export async function anchors(sql: Sql): Promise<readonly StoredAnchor[]> {
  const { rows } = await sql.query<{
    checkpoint: Buffer;
    signature: Buffer;
    countersigned_at: string;
    countersignature: Buffer;
    sign_key: Buffer;
  }>(
    `select a.checkpoint, a.signature, a.countersigned_at, a.countersignature, n.sign_key
     from hub.audit_anchor a join (
       select node, sign_key from hub.facility where node is not null
       union all select node, sign_key from hub.former_node) n on n.node = a.node
     order by a.entries`,
  );
  return rows.map((row) => ({
    checkpoint: { bytes: new Uint8Array(row.checkpoint), signature: new Uint8Array(row.signature) },
    countersignature: { at: Number(row.countersigned_at), signature: new Uint8Array(row.countersignature) },
    signKey: new Uint8Array(row.sign_key),
  }));
}

function entryOf({ id, at, tree, ...facts }: Row): StoredEntry {
  return { number: Number(id), facts: { ...facts, at: Number(at) }, tree: new Uint8Array(tree) };
}
