import type { PasskeyCredential } from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';
import type { Sql } from '../database/sql.ts';

/** A row of `passkey`. */
export type HubPasskey = PasskeyCredential & {
  readonly login: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
};

type Row = Omit<HubPasskey, 'counter'> & { readonly counter: string };

const COLUMNS = `id, login, name, user_handle as "userHandle", public_key as "publicKey", counter, transports,
  is_backed_up as "isBackedUp", created_at as "createdAt", last_used_at as "lastUsedAt"`;

const passkeyOf = ({ counter, ...row }: Row): HubPasskey => ({ ...row, counter: Number(counter) });

/** A passkey by its credential's id; nobody else changes it until the transaction ends. */
export async function passkeyToUse(sql: Sql, id: string): Promise<HubPasskey | undefined> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from hub.passkey where id = $1 for update`, [id]);
  return rows[0] === undefined ? undefined : passkeyOf(rows[0]);
}

/** The passkeys of a login, the oldest first. */
export async function passkeysOf(sql: Sql, login: string): Promise<readonly HubPasskey[]> {
  const text = `select ${COLUMNS} from hub.passkey where login = $1 order by created_at, id`;
  const { rows } = await sql.query<Row>(text, [login]);
  return rows.map(passkeyOf);
}

/** Adds a passkey; false when there is one with that id. */
export async function addPasskey(sql: Sql, passkey: Omit<HubPasskey, 'lastUsedAt'>): Promise<boolean> {
  const { id, login, name, userHandle, publicKey, counter, transports, isBackedUp, createdAt } = passkey;
  const { rowCount } = await sql.query(
    `insert into hub.passkey (id, login, name, user_handle, public_key, counter, transports, is_backed_up, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [id, login, name, Buffer.from(userHandle), Buffer.from(publicKey), counter, transports, isBackedUp, createdAt],
  );
  return rowCount === 1;
}

/** Notes that a passkey was used. */
export async function notePasskeyUse(
  sql: Sql,
  id: string,
  { counter, at }: { readonly counter: number; readonly at: Date },
): Promise<void> {
  await sql.query('update hub.passkey set counter = $2, last_used_at = $3 where id = $1', [id, counter, at]);
}

/** Gives a login's passkey another name; false when it has no such passkey. */
export async function renamePasskey(sql: Sql, login: string, id: string, name: string): Promise<boolean> {
  const text = 'update hub.passkey set name = $3 where id = $1 and login = $2';
  return (await sql.query(text, [id, login, name])).rowCount === 1;
}

/** Removes a login's passkey; false when it has no such passkey. */
export async function removePasskey(sql: Sql, login: string, id: string): Promise<boolean> {
  return (await sql.query('delete from hub.passkey where id = $1 and login = $2', [id, login])).rowCount === 1;
}

/** Removes all passkeys of a login; gives how many. */
export async function removePasskeysOf(sql: Sql, login: string): Promise<number> {
  return (await sql.query('delete from hub.passkey where login = $1', [login])).rowCount;
}
