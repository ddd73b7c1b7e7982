import type { Sql } from '../database/sql.ts';

/** A locked node, or whoever holds a backup of one, that asks; as the hub keeps it. */
export type UnlockRow = {
  readonly facility: string;
  readonly node: number;
  readonly replyKey: Uint8Array;
  readonly askedAt: Date;
  readonly heardAt: Date;
  readonly decision: 'granted' | 'refused' | null;
  readonly decidedAt: Date | null;
  /** Of when the backup is that is to be opened; null for a locked node. */
  readonly backupAt: Date | null;
};

type Row = {
  facility: string;
  node: number;
  reply_key: Buffer;
  asked_at: Date;
  heard_at: Date;
  decision: 'granted' | 'refused' | null;
  decided_at: Date | null;
  backup_at: Date | null;
};

const COLUMNS = 'facility, node, reply_key, asked_at, heard_at, decision, decided_at, backup_at';

/** Notes that a node asks, and locks its row. Another reply key is another start: what was decided for the one before is forgotten. */
export async function heardAsking(
  sql: Sql,
  { facility, node, replyKey, backupAt }: Pick<UnlockRow, 'facility' | 'node' | 'replyKey' | 'backupAt'>,
  at: Date,
): Promise<UnlockRow> {
  const { rows } = await sql.query<Row>(
    `insert into hub.unlock_request as kept (facility, node, reply_key, asked_at, heard_at, backup_at)
     values ($1, $2, $3, $4, $4, $5)
     on conflict (facility) do update set
       node = excluded.node, heard_at = excluded.heard_at, reply_key = excluded.reply_key, backup_at = excluded.backup_at,
       asked_at = case when kept.reply_key = excluded.reply_key then kept.asked_at else excluded.asked_at end,
       decision = case when kept.reply_key = excluded.reply_key then kept.decision end,
       decided_at = case when kept.reply_key = excluded.reply_key then kept.decided_at end
     returning ${COLUMNS}`,
    [facility, node, Buffer.from(replyKey), at, backupAt],
  );
  return rowOf(rows[0] as Row);
}

/** All that ask, the longest waiting first. */
export async function askingNodes(sql: Sql): Promise<readonly UnlockRow[]> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from hub.unlock_request order by asked_at`);
  return rows.map(rowOf);
}

/** Keeps a decision; false when nobody asks for that facility. */
export async function decide(
  sql: Sql,
  { facility, decision }: { readonly facility: string; readonly decision: 'granted' | 'refused' },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update hub.unlock_request set decision = $2, decided_at = $3 where facility = $1',
    [facility, decision, at],
  );
  return rowCount === 1;
}

/** The node has its key, or was opened otherwise. */
export async function forgetAsking(sql: Sql, facility: string): Promise<void> {
  await sql.query('delete from hub.unlock_request where facility = $1', [facility]);
}

function rowOf({ facility, node, reply_key, asked_at, heard_at, decision, decided_at, backup_at }: Row): UnlockRow {
  return {
    ...{ facility, node, decision },
    replyKey: new Uint8Array(reply_key),
    askedAt: asked_at,
    heardAt: heard_at,
    decidedAt: decided_at,
    backupAt: backup_at,
  };
}
