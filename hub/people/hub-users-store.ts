import type { Sql } from '../database/sql.ts';

/** Someone who may read reports. */
export type HubUser = {
  readonly login: string;
  readonly role: 'ministry' | 'region';
  readonly region: string | null;
  /** Raised whenever the account's rights change: older tokens are then worth nothing. */
  readonly version: number;
};

/** Adds a user; false when the login is taken. */
export async function addUser(
  sql: Sql,
  user: Pick<HubUser, 'login' | 'role' | 'region'> & { readonly passwordHash: string; readonly createdAt: Date },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into hub.hub_user (login, password_hash, role, region, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [user.login, user.passwordHash, user.role, user.region, user.createdAt],
  );
  return rowCount === 1;
}

/** A user and the hash of the password. */
export async function findUser(
  sql: Sql,
  login: string,
): Promise<(HubUser & { readonly passwordHash: string }) | undefined> {
  const { rows } = await sql.query<HubUser & { readonly passwordHash: string }>(
    'select login, role, region, version, password_hash as "passwordHash" from hub.hub_user where login = $1',
    [login],
  );
  return rows[0];
}
