-- What roles may do, edition by edition: the records of the registry carry the last one to the nodes.
create table policy_edition (
  record_id uuid not null,
  edition integer not null check (edition > 0),
  role text not null,
  -- null: everywhere
  district text,
  -- null: the presets of the release
  rules jsonb,
  ceiling jsonb,
  reason text not null,
  -- what was gained and lost by it, in words
  changes jsonb not null,
  set_by text not null,
  set_at timestamptz not null,
  primary key (record_id, edition)
);

-- Two operators at once: one of them begins the policy of a role in a district.
create unique index policy_edition_of_role on policy_edition (role, coalesce(district, ''), edition);

grant select, insert on policy_edition to haggui_service;
