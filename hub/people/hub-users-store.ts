import type { HubContact } from '@santehaggui/protocols/api/hub-people-api.ts';
import type { Sql } from '../database/sql.ts';

/** Someone who may read reports. */
export type HubUser = {
  readonly login: string;
  readonly role: 'ministry' | 'region';
  readonly region: string | null;
  /** Raised whenever the account's rights change: older tokens are then worth nothing. */
  readonly version: number;
};

/** All that is kept of an account. */
export type StoredHubUser = HubUser & {
  readonly passwordHash: string;
  readonly contact: HubContact | null;
  /** SHA-256 of the words that invite to make a passkey, and until when. */
  readonly invitation: { readonly hash: Uint8Array; readonly until: Date } | null;
  readonly isDisabled: boolean;
};

type Row = HubUser & {
  readonly passwordHash: string;
  readonly contactWay: HubContact['way'] | null;
  readonly contactAddress: string | null;
  readonly invitationHash: Uint8Array | null;
  readonly invitationUntil: Date | null;
  readonly isDisabled: boolean;
};

const COLUMNS = `login, role, region, version, password_hash as "passwordHash", contact_way as "contactWay",
  contact_address as "contactAddress", invitation_hash as "invitationHash", invitation_until as "invitationUntil",
  disabled_at is not null as "isDisabled"`;

/** Adds a user; false when the login is taken. */
export async function addUser(
  sql: Sql,
  user: Pick<StoredHubUser, 'login' | 'role' | 'region' | 'passwordHash' | 'contact'> & { readonly createdAt: Date },
): Promise<boolean> {
  const { login, passwordHash, role, region, contact, createdAt } = user;
  const { rowCount } = await sql.query(
    `insert into hub.hub_user (login, password_hash, role, region, contact_way, contact_address, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [login, passwordHash, role, region, contact?.way ?? null, contact?.address ?? null, createdAt],
  );
  return rowCount === 1;
}

/** A user who can come in, and what the account is proven by. */
export async function findUser(sql: Sql, login: string): Promise<StoredHubUser | undefined> {
  const user = await findAnyUser(sql, login);
  return user?.isDisabled === false ? user : undefined;
}

/** The same, of one that is disabled too. */
export async function findAnyUser(sql: Sql, login: string): Promise<StoredHubUser | undefined> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from hub.hub_user where login = $1`, [login]);
  return rows[0] === undefined ? undefined : userOf(rows[0]);
}

/** The version of an account; it stays that one until the transaction ends. */
export async function versionToKeep(sql: Sql, login: string): Promise<number | undefined> {
  const text = 'select version from hub.hub_user where login = $1 for update';
  return (await sql.query<{ version: number }>(text, [login])).rows[0]?.version;
}

/** Every user, by login. */
export async function allUsers(sql: Sql): Promise<readonly StoredHubUser[]> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from hub.hub_user order by login`);
  return rows.map(userOf);
}

/** Invites to make a passkey, in place of any invitation before; null takes it back. */
export async function setInvitation(sql: Sql, login: string, invitation: StoredHubUser['invitation']): Promise<void> {
  await sql.query('update hub.hub_user set invitation_hash = $2, invitation_until = $3 where login = $1', [
    login,
    invitation === null ? null : Buffer.from(invitation.hash),
    invitation?.until ?? null,
  ]);
}

/** Uses an invitation up; false when it is another by now. */
export async function useInvitation(sql: Sql, login: string, hash: Uint8Array): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update hub.hub_user set invitation_hash = null, invitation_until = null where login = $1 and invitation_hash = $2`,
    [login, Buffer.from(hash)],
  );
  return rowCount === 1;
}

/** Lets nobody come in as this user, whatever proves it, from now on; the operator's reset does again. */
export async function setDisabled(sql: Sql, login: string, at: Date | null): Promise<void> {
  await sql.query('update hub.hub_user set disabled_at = $2, version = version + 1 where login = $1', [login, at]);
}

/** Gives a user another password; older tokens are worth nothing from now on. */
export async function setPassword(sql: Sql, login: string, passwordHash: string): Promise<void> {
  const text = 'update hub.hub_user set password_hash = $2, version = version + 1 where login = $1';
  await sql.query(text, [login, passwordHash]);
}

/** Makes all tokens of a user worth nothing from now on. */
export async function endTokens(sql: Sql, login: string): Promise<void> {
  await sql.query('update hub.hub_user set version = version + 1 where login = $1', [login]);
}

function userOf({ contactWay, contactAddress, invitationHash, invitationUntil, ...user }: Row): StoredHubUser {
  return {
    ...user,
    contact: contactWay === null || contactAddress === null ? null : { way: contactWay, address: contactAddress },
    invitation:
      invitationHash === null || invitationUntil === null ? null : { hash: invitationHash, until: invitationUntil },
  };
}
