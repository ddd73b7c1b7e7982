-- The content of attachments, as far as the facility holds their records: sealed per patient and per document (hub/kms), and gone
-- with the record, whatever takes that out.
create table attachment (
  record_id uuid primary key references record (id) on delete cascade,
  -- SHA-256 of the content, as the record said when it came
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  size integer not null check (size > 0),
  -- so many bytes are here, from the first on without a gap
  received integer not null check (received between 0 and size),
  -- whether all is here and has been found to have the hash
  is_whole boolean not null default false check (not is_whole or received = size),
  changed_at timestamptz not null default now()
);

create table attachment_piece (
  record_id uuid not null references attachment (record_id) on delete cascade,
  at integer not null,
  -- of the piece before it was sealed
  length integer not null check (length > 0),
  sealed bytea not null,
  primary key (record_id, at)
);
-- What is sealed cannot be compressed.
alter table attachment_piece alter column sealed set storage external;

-- 17 documentReference: its field 1 names the patient, as in the others.
create index record_by_patient on record ((fields ->> '1')) where type in (4, 5, 6, 7, 8, 9, 12, 17);
drop index record_of_patient;
