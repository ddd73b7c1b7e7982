-- The content of attachments, as far as it is here; the record says which content that is. What is here lies in this file, encrypted
-- like all of it, goes into every backup, and goes with the record.
create table attachment (
  record_id text primary key references record (id) on delete cascade,
  -- SHA-256 of the content, as the record says; null while somebody hands it in part by part
  hash text,
  size integer not null check (size > 0),
  -- so many bytes are here, from the first on without a gap
  received integer not null default 0 check (received between 0 and size),
  -- whether all is here and has been found to have the hash
  is_whole integer not null default 0 check (is_whole <= (received = size)),
  -- so many bytes are safe at the hub, as far as it has said; all of them: it has the content whole
  hub_received integer not null default 0 check (hub_received between 0 and size),
  -- why it is not carried any more
  refused text,
  -- when somebody wanted to see it while it was not here
  asked_at integer
) strict, without rowid;
create index attachment_to_carry on attachment (record_id) where is_whole = 0 or hub_received < size;

-- In pieces of at most 64 KiB.
create table attachment_piece (
  record_id text not null references attachment (record_id) on delete cascade,
  at integer not null,
  bytes blob not null,
  primary key (record_id, at)
) strict;
