-- What comparing with the hub came to, and how far this node is loaded.

create table replica_state (
  id integer primary key check (id = 1),
  -- Both sides held the same, at this place of the own journal and of the feed.
  proven_at integer,
  proven_sequence integer,
  proven_feed integer,
  -- The last time that the journals were compared as well.
  journals_at integer,
  mended_at integer,
  mended_records integer not null default 0,
  -- While the hub fills this node: {"patients": in all, "left": still to come}, as JSON.
  loading text
) strict;

insert into replica_state (id) values (1);
