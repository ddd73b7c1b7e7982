-- The facility's own authority, and the tablets and phones that staff work on.

-- One row: whoever holds the key can pose as this node to its tablets, so that it lies in the encrypted file.
create table lan_authority (
  id integer primary key check (id = 1),
  -- PEM.
  certificate text not null,
  -- PKCS #8, PEM.
  private_key text not null,
  -- JSON: { names, networks } that it may sign for.
  permitted text not null,
  created_at integer not null
) strict;

create table enrolled_device (
  id text primary key,
  name text not null,
  -- SHA-256 of the credential in the device's cookie.
  credential_hash blob not null unique,
  enrolled_at integer not null,
  last_seen_at integer not null,
  address text,
  revoked_at integer
) strict;

create table device_invitation (
  -- SHA-256 of the token.
  hash blob primary key,
  -- Login of who invites; null for the machine's operator.
  invited_by text,
  created_at integer not null,
  expires_at integer not null,
  used_at integer,
  device_id text references enrolled_device (id)
) strict, without rowid;

-- The device that a session was opened on, where it is an enrolled one.
alter table session add column device_id text references enrolled_device (id);
