-- What comparisons of each facility's node with its register came to.

create table proof (
  facility text primary key references facility (code),
  -- both held the same at this place of the node's journal and of its feed
  proven_at timestamptz,
  proven_sequence bigint,
  proven_feed bigint,
  -- the last comparison that found a difference, and how many records of which types: [{"type": 1, "records": 3}]
  differed_at timestamptz,
  differing jsonb,
  -- the last time that something was mended from the other side, and how much in all
  mended_at timestamptz,
  changes_mended bigint not null default 0,
  records_mended bigint not null default 0,
  -- how many changes of the node waited when it last called
  waiting_up bigint
);
grant select, insert, update on proof to haggui_service;

-- Since when an entry waits for the node.
alter table feed add column added_at timestamptz not null default now();
