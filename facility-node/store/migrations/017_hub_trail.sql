-- What this node has countersigned of the hub's own audit trail: from here on the hub cannot write another past unseen.
create table hub_trail (
  -- Of the feed (docs/protocol.md, 7.2); empty before any hub was restored: a hub that was put back begins another past.
  generation text not null,
  entries integer not null,
  -- The checkpoint's bytes as the hub signed them.
  checkpoint blob not null,
  signature blob not null,
  countersigned_at integer not null,
  countersignature blob not null,
  primary key (generation, entries)
) strict;

create trigger hub_trail_is_never_changed before update on hub_trail
begin
  select raise(abort, 'hub_trail is append-only');
end;

create trigger hub_trail_is_never_deleted before delete on hub_trail
begin
  select raise(abort, 'hub_trail is append-only');
end;
