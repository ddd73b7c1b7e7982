-- One facility's register: the same two tables as in the node's own store. Unqualified names mean the facility's schema.

create table journal (
  position bigint generated always as identity primary key,
  node integer not null check (node between 0 and 16777215),
  incarnation text not null check (incarnation ~ '^[0-9a-f]{12}$'),
  sequence bigint not null check (sequence > 0),
  -- 0 a change of a record, 1 an opening, 2 a clock correction, 3 bytes that are no change
  kind smallint not null check (kind between 0 and 3),
  -- null for what changes no record: the last three kinds, and changes that were refused
  record_id uuid,
  type integer,
  meta bytea not null,
  fields bytea not null,
  -- the chain head after it; null for changes of other origins, whose chains are followed where they come from
  head bytea check (octet_length(head) = 32),
  received_at timestamptz not null,
  is_last boolean not null,
  unique (node, incarnation, sequence)
);
create index journal_record on journal (record_id) where record_id is not null;
create index journal_correction on journal (position) where kind = 2;

create table record (
  id uuid primary key,
  type integer not null,
  -- by field number, as in protocols/records
  fields jsonb not null,
  stamps jsonb not null,
  digest bytea not null check (octet_length(digest) = 16),
  last_stamp text not null,
  conflicts integer not null check (conflicts >= 0),
  updated_at timestamptz not null
);
-- 4 encounter, 6 condition, 7 allergyIntolerance: their field 1 names the patient; a condition's field 2 the encounter
create index record_patient on record ((fields ->> '1')) where type in (4, 6, 7);
create index record_encounter on record ((fields ->> '2')) where type = 6;
