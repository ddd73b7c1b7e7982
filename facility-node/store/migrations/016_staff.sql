-- Accounts that others administer: passwords that serve once, sessions that are ended for somebody.

alter table account add column last_sign_in_at integer;
-- Until when (ms) a password that somebody else chose serves to choose one's own; null of one's own password.
alter table account add column password_until integer;

-- Made anew, because the reasons of an end are more now; everybody signs in once after the upgrade.
drop table refresh_token;
drop table session;

create table session (
  id text primary key,
  account_id integer not null references account (id),
  address text,
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null,
  revoked_at integer,
  revoked_because text check (revoked_because in ('signed-out', 'token-reused', 'account-disabled', 'password-changed', 'ended-by-another')),
  -- The device that it was opened on, where it is an enrolled one.
  device_id text references enrolled_device (id)
) strict;

create index session_of_account on session (account_id);
create index session_expiry on session (expires_at);

-- One family a session: each token is used once, and one used twice ends the session.
create table refresh_token (
  -- SHA-256 of the token.
  hash blob primary key,
  session_id text not null references session (id) on delete cascade,
  issued_at integer not null,
  used_at integer
) strict, without rowid;

create index refresh_token_of_session on refresh_token (session_id);
