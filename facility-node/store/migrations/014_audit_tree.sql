-- The audit trail as a tree of RFC 6962: with each entry go the hashes of the subtrees that it completes, 32 bytes each, the
-- smallest first. Null alone in what was written before there was a tree, until the next start fills it in.
alter table audit_event add column tree blob;

drop trigger audit_event_is_never_changed;
create trigger audit_event_is_never_changed before update on audit_event
when old.tree is not null or new.tree is null or new.id is not old.id
begin
  select raise(abort, 'audit_event is append-only');
end;

-- How many entries there were ever: entries that are missing at the end leave no other gap.
create table audit_size (
  id integer primary key check (id = 1),
  entries integer not null
) strict;

insert into audit_size (id, entries) select 1, coalesce(max(id), 0) from audit_event;

-- What the hub has countersigned: from here on nobody can write another past.
create table audit_anchor (
  entries integer primary key,
  -- The checkpoint's bytes as this node signed them.
  checkpoint blob not null,
  signature blob not null,
  -- By the hub's clock, and the hub's signature over it and the checkpoint.
  countersigned_at integer not null,
  countersignature blob not null
) strict;

create trigger audit_anchor_is_never_changed before update on audit_anchor
begin
  select raise(abort, 'audit_anchor is append-only');
end;

create trigger audit_anchor_is_never_deleted before delete on audit_anchor
begin
  select raise(abort, 'audit_anchor is append-only');
end;
