-- The keys that documents are sealed under, each wrapped by the one above it: the KMS wraps a facility's, a facility's key
-- wraps its patients'. No key is here in clear, and only key_keeper reads what is here.

create table facility_key (
  facility text primary key references facility (code),
  -- raised whenever the key is replaced; patient keys name the one that wraps them
  generation integer not null check (generation > 0),
  wrapped text not null,
  -- the version of the KMS that wraps it, for finding what is still to be wrapped anew
  kms_version integer not null,
  created_at timestamptz not null
);
create index facility_key_by_version on facility_key (kms_version);

create table patient_key (
  patient uuid primary key,
  facility text not null references facility_key (facility),
  generation integer not null,
  wrapped bytea not null,
  created_at timestamptz not null
);
create index patient_key_of_facility on patient_key (facility, generation);

-- Patients whose key was destroyed: no other is ever made for them.
create table destroyed_key (
  patient uuid primary key,
  destroyed_at timestamptz not null
);

grant usage on schema hub to key_keeper;
grant select, insert, update on facility_key to key_keeper;
grant select, insert, update, delete on patient_key to key_keeper;
grant select, insert on destroyed_key to key_keeper;
grant select (code) on facility to key_keeper;
