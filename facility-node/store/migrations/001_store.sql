-- The storage shape that node and hub share: what each record is, and every change that made it so.

create table record (
  id text primary key,
  -- The type's stable number in the catalogue.
  type integer not null,
  -- Values by field number, and for each the write that gave it.
  fields text not null,
  stamps text not null,
  digest blob not null,
  last_stamp text not null,
  conflicts integer not null default 0,
  -- Where the record's first change stands in this journal: the cursor of lists.
  created_position integer not null,
  updated_at integer not null
) strict;

-- Lists go through it by age; digests are compared from it alone, without a look at the rows. Ids are random, so an index
-- that begins with them makes every new record dirty a page of its own: there is only that of the primary key.
create index record_by_age on record (type, created_position, id, digest);

create table journal (
  -- The order of arrival here. Nothing is ever deleted, so it is dense.
  position integer primary key,
  node integer not null,
  incarnation text not null,
  sequence integer not null,
  -- Null for openings and clock corrections.
  record_id text,
  type integer,
  -- The position of the record's first change here: the record's created_position.
  record_position integer,
  meta blob not null,
  fields blob not null,
  -- The chain head after this change; null for what others wrote.
  head blob,
  received_at integer not null,
  is_last integer not null,
  unique (node, incarnation, sequence)
) strict;

-- The changes of a record after its first.
create index journal_of_record on journal (record_position, position) where record_position <> position;
create unique index journal_own on journal (sequence) where head is not null;

-- One row for each start of the daemon that wrote something.
create table incarnation (
  incarnation text primary key,
  opened_sequence integer not null unique
) strict;

create table clock_correction (
  position integer primary key references journal (position),
  node integer not null,
  incarnation text not null,
  from_sequence integer not null,
  to_sequence integer not null,
  ms integer not null,
  counter integer not null
) strict;

create index clock_correction_target on clock_correction (node, incarnation);

-- Two people wrote one field without having seen each other's value.
create table conflict (
  id text not null,
  record_id text not null references record (id),
  field integer not null,
  winner text not null,
  loser text not null,
  found_at integer not null,
  primary key (record_id, field, id)
) strict, without rowid;

-- 'up': changes of ours that the hub refused; 'down': feed entries that could not be applied here.
create table quarantine (
  direction text not null check (direction in ('up', 'down')),
  position integer not null,
  code text not null,
  meta blob,
  fields blob,
  at integer not null,
  primary key (direction, position)
) strict, without rowid;

create table sync_state (
  id integer primary key check (id = 1),
  acknowledged_sequence integer not null default 0,
  feed_received integer not null default 0,
  bytes_sent integer not null default 0,
  bytes_received integer not null default 0,
  last_exchange_at integer,
  last_exchange_ok integer,
  last_exchange_carrier text,
  last_exchange_error text
) strict;

insert into sync_state (id) values (1);

create table clock_state (
  id integer primary key check (id = 1),
  -- The latest time that this node had proof of.
  floor_ms integer not null,
  order_ms integer not null,
  order_counter integer not null
) strict;

insert into clock_state (id, floor_ms, order_ms, order_counter) values (1, 0, 0, 0);
