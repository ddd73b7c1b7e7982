-- Passkeys of staff (W3C WebAuthn).
create table passkey (
  -- The credential's id, base64url.
  id text primary key,
  account_id integer not null references account (id) on delete cascade,
  name text not null,
  -- What the passkey remembers of the account: random, the same for all of one account.
  user_handle blob not null,
  -- COSE (RFC 9052).
  public_key blob not null,
  counter integer not null,
  -- JSON: a list of names.
  transports text not null,
  is_backed_up integer not null check (is_backed_up in (0, 1)),
  created_at integer not null,
  last_used_at integer,
  -- Of the key ring, where this passkey opens the database.
  unlocker_id text
) strict, without rowid;

create index passkey_of_account on passkey (account_id, created_at);
