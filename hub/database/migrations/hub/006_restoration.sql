-- What tells that this database was put back to an older state, and what follows from it.

-- Against the mark in the hub's data directory: another one there means that this database is not the one it left.
create table mark (
  is_only boolean primary key default true check (is_only),
  mark text not null check (mark ~ '^[0-9a-f]{32}$')
);

create table restoration (
  -- the generation of every facility's feed since then
  generation text primary key check (generation ~ '^[0-9a-f]{12}$'),
  number integer not null unique generated always as identity,
  noticed_at timestamptz not null,
  -- 'mark': the mark was another one; 'node-ahead': a node had more from this hub, or was promised more, than is here
  sign text not null check (sign in ('mark', 'node-ahead'))
);

-- The feed of a facility at each restoration. Before the first its generation has no name.
create table feed_generation (
  facility text not null references facility (code),
  generation text not null references restoration (generation),
  -- the length of the feed then: up to there it is as it was in the generation before
  begins_after bigint not null,
  -- when the facility's node had given back everything that it had received
  offered_at timestamptz,
  primary key (facility, generation)
);

grant select, insert, update on mark, feed_generation to haggui_service;
grant select, insert on restoration to haggui_service;
