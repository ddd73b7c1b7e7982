-- Consents by their patient, patients by their phone, and the codes that were sent to give a consent with.
create index consent_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 12;
create index patient_phone on record (type, json_extract(fields, '$."5"'), created_position)
  where type = 1 and json_extract(fields, '$."5"') is not null;

create table consent_code (
  id text primary key,
  patient_id text not null,
  account_id integer not null references account (id),
  phone text not null,
  -- Of the text that the code says yes to.
  text_hash text not null,
  salt blob not null,
  -- SHA-256 of the salt and the code: nobody who reads the table learns one that is still good.
  code_hash blob not null,
  created_at integer not null,
  expires_at integer not null,
  attempts integer not null default 0,
  used_at integer
) strict, without rowid;
create index consent_code_of_patient on consent_code (patient_id, created_at);

-- What patients asked by short message: how often each number was answered since a moment.
create table sharing_question (
  phone text primary key,
  since integer not null,
  answers integer not null
) strict, without rowid;
