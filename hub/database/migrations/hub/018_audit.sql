-- The hub's own audit trail: who read or wrote what here. Each entry is a leaf of a tree of RFC 6962; with it go the hashes of the
-- subtrees that it completes, 32 bytes each, the smallest first. Nothing is ever changed or taken away.
create table audit_event (
  id bigint primary key check (id > 0),
  -- In milliseconds since 1970.
  at bigint not null,
  login text,
  practitioner_id text,
  role text,
  action text not null,
  record_type text,
  record_id text,
  patient_id text,
  purpose text not null,
  request_id text,
  source_address text,
  decision text not null check (decision in ('permit', 'deny')),
  -- The very text that the leaf commits to, which jsonb would write anew.
  detail text,
  tree bytea not null
);

-- How many entries there were ever: entries that are missing at the end leave no other gap.
create table audit_size (
  is_only boolean primary key default true check (is_only),
  entries bigint not null
);
insert into audit_size (entries) values (0);

-- What nodes have countersigned of it.
create table audit_anchor (
  entries bigint not null,
  node integer not null,
  checkpoint bytea not null,
  signature bytea not null,
  -- By the node's clock, in milliseconds since 1970.
  countersigned_at bigint not null,
  countersignature bytea not null,
  primary key (entries, node)
);

create function keep_audit() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using message = 'the audit trail is append-only';
end
$$;
create trigger keep_audit before update or delete on audit_event for each row execute function keep_audit();
create trigger keep_audit before update or delete on audit_anchor for each row execute function keep_audit();

grant select, insert on audit_event, audit_anchor to haggui_service;
grant select, update on audit_size to haggui_service;
