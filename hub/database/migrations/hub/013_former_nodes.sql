-- Nodes that are no longer a facility's: stolen, broken, replaced. What they recorded before stays theirs and the facility's.
create table former_node (
  node integer primary key,
  facility text not null references facility (code),
  sign_key bytea not null check (octet_length(sign_key) = 32),
  seal_key bytea not null check (octet_length(seal_key) = 32),
  journal_key bytea not null check (octet_length(journal_key) = 32),
  ended_at timestamptz not null,
  reason text not null check (reason in ('stolen', 'replaced'))
);

-- What came of such a node afterwards, by stick or message: nothing of it counts until a person says so.
create table waiting_change (
  node integer not null references former_node (node),
  incarnation text not null,
  sequence bigint not null,
  meta bytea not null,
  fields bytea not null,
  came_at timestamptz not null,
  primary key (node, incarnation, sequence)
);

-- Whose node a change is of, now or formerly.
create view facility_of_node with (security_invoker = true, security_barrier = true) as
  select node, code as facility from facility where node is not null
  union all
  select node, facility from former_node;

grant select, insert on former_node to haggui_service;
grant select, insert, delete on waiting_change to haggui_service;
grant select on facility_of_node to haggui_service;
