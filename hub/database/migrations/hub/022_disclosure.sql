-- What was given to a facility that had it not, until the audit trail tells it: written with the gift, taken with the entry.
create table disclosure (
  id bigint generated always as identity primary key,
  source text not null,
  destination text not null,
  record_id uuid not null,
  because text not null,
  given_at timestamptz not null
);

grant select, insert, delete on disclosure to haggui_service;
