-- A consultation is some eight records of one patient and one encounter, committed at once: each index that it touches costs a page
-- or more of the disk. One index for all types holds what was in eleven, so that what is saved together stands together.
drop index record_by_age;
create index record_by_age on record (type, created_position);

drop index encounter_patient;
drop index observation_patient;
drop index condition_patient;
drop index allergy_intolerance_patient;
drop index medication_request_patient;
drop index immunization_patient;
drop index consent_patient;
-- Field 1: the patient, of all types that are about one, but for referrals.
create index record_field_1 on record (json_extract(fields, '$."1"'), type, created_position);

drop index observation_encounter;
drop index condition_encounter;
drop index medication_request_encounter;
drop index immunization_encounter;
drop index referral_patient;
-- Field 2: the encounter, of all types that belong to one; a referral's patient.
create index record_field_2 on record (json_extract(fields, '$."2"'), type, created_position);

-- In the order in which they were kept: the oldest go first, without an index that says which they are.
create table kept_answer (
  id integer primary key,
  account_id integer not null references account (id),
  key text not null,
  route text not null,
  -- SHA-256 of the body as it was taken.
  body_hash blob not null,
  status integer not null,
  answer text not null,
  -- What the POST made: `key:` references find it here.
  record_type text,
  record_id text,
  created_at integer not null,
  unique (account_id, key, route)
) strict;
insert into kept_answer (account_id, key, route, body_hash, status, answer, record_type, record_id, created_at)
select account_id, key, route, body_hash, status, answer, record_type, record_id, created_at from idempotency order by created_at;
drop table idempotency;
alter table kept_answer rename to idempotency;
