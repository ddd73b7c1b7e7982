-- What a facility asked for in an emergency of what others hold: what came of it, and until when it is held.
create table emergency_share (
  -- The record of the emergency access.
  record_id uuid primary key,
  facility text not null references facility (code),
  -- Null where nobody was found.
  patient uuid,
  outcome text not null check (outcome in ('given', 'nobody', 'limit')),
  given integer not null,
  at timestamptz not null,
  until timestamptz not null,
  released_at timestamptz
);
create index emergency_share_due on emergency_share (until) where released_at is null;
create index emergency_share_open on emergency_share (facility, patient, until) where released_at is null;
create index emergency_share_recent on emergency_share (facility, at);

grant select, insert, update (until, released_at) on emergency_share to haggui_service;
