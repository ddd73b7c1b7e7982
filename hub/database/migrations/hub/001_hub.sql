-- What the hub knows of facilities, nodes and its own work. No record of a patient is here.

create table facility (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{1,39}$'),
  record_id uuid not null unique,
  name text not null,
  kind text not null,
  region text not null,
  -- the code of the facility that it refers to, which may be registered later
  referral_target text,
  created_at timestamptz not null,
  -- the migrations and views that its schema was last brought up to
  schema_version integer not null,
  views_hash text not null,
  -- the node, once enrolled
  node integer unique check (node between 1 and 16777215),
  sign_key bytea check (octet_length(sign_key) = 32),
  seal_key bytea check (octet_length(seal_key) = 32),
  journal_key bytea check (octet_length(journal_key) = 32),
  enrolled_at timestamptz,
  last_seen_at timestamptz,
  -- the incarnation that the node's last change was of
  incarnation text,
  received_changes bigint not null default 0,
  feed_length bigint not null default 0,
  feed_acknowledged bigint not null default 0,
  check ((node is null) = (journal_key is null) and (node is null) = (seal_key is null) and (node is null) = (sign_key is null))
);

-- The chain of each incarnation of each node: where it stands, and the last change that ended a transaction.
create table chain (
  node integer not null,
  incarnation text not null,
  last_sequence bigint not null,
  completed_sequence bigint not null,
  head bytea not null check (octet_length(head) = 32),
  primary key (node, incarnation)
);

create table enrolment_token (
  secret_hash bytea primary key,
  facility text not null references facility (code),
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Which facilities hold a record that more than one holds; a record that never left its home is not listed.
create table holder (
  record_id uuid not null,
  facility text not null references facility (code),
  primary key (record_id, facility)
);

-- What each node is to receive, in order and without gaps. The change itself is in the journal of the facility's schema.
create table feed (
  facility text not null references facility (code),
  position bigint not null check (position > 0),
  node integer not null,
  incarnation text not null,
  sequence bigint not null,
  primary key (facility, position)
);

create table quarantine (
  facility text not null references facility (code),
  incarnation text not null,
  sequence bigint not null,
  code text not null,
  detail text not null,
  refused_at timestamptz not null,
  primary key (facility, incarnation, sequence)
);

-- What happened and is still to be told; a row goes in the transaction of its effects.
create table outbox (
  id bigint generated always as identity primary key,
  facility text not null references facility (code),
  records uuid[] not null,
  created_at timestamptz not null,
  -- how often a consumer failed on it; after five times it is set aside for a person to look at
  attempts integer not null default 0
);

-- The hub as an origin of changes (node 0).
create table origin (
  is_only boolean primary key default true check (is_only),
  incarnation text,
  sequence bigint not null default 0,
  head bytea not null check (octet_length(head) = 32),
  clock_ms bigint not null default 0,
  clock_counter integer not null default 0
);
insert into origin (head) values (decode(repeat('00', 32), 'hex'));

create table hub_user (
  login text primary key,
  password_hash text not null,
  role text not null check (role in ('ministry', 'region')),
  region text,
  version integer not null default 1,
  created_at timestamptz not null,
  check ((role = 'region') = (region is not null))
);

grant usage on schema hub to haggui_service;
grant select, insert, update on facility, chain, enrolment_token, origin, hub_user to haggui_service;
grant select, insert on holder, feed, quarantine to haggui_service;
grant select, insert, update, delete on outbox to haggui_service;
