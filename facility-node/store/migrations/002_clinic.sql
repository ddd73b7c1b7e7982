-- What the clinic's modules keep beside the records: accounts and sessions, the audit trail, answers already given, search.

create table account (
  id integer primary key,
  -- Lower case.
  login text not null unique,
  -- PHC string.
  password_hash text not null,
  role text not null,
  -- The record of the practitioner that this account signs in.
  practitioner_id text not null,
  -- Raised whenever rights change: tokens of an older one are refused.
  permission_version integer not null default 1,
  disabled_at integer,
  created_at integer not null
) strict;

create table session (
  id text primary key,
  account_id integer not null references account (id),
  address text,
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null,
  revoked_at integer,
  revoked_because text check (revoked_because in ('signed-out', 'token-reused', 'account-disabled'))
) strict;

create index session_of_account on session (account_id);
create index session_expiry on session (expires_at);

-- One family a session: each token is used once, and one used twice ends the session.
create table refresh_token (
  -- SHA-256 of the token.
  hash blob primary key,
  session_id text not null references session (id) on delete cascade,
  issued_at integer not null,
  used_at integer
) strict, without rowid;

create index refresh_token_of_session on refresh_token (session_id);

-- Wrong passwords by what was typed and from where, whether or not the login exists.
create table login_failure (
  login text not null,
  address text not null,
  failures integer not null,
  blocked_until integer not null,
  last_at integer not null,
  primary key (login, address)
) strict, without rowid;

-- The keys that sign access tokens; the whole file is encrypted.
create table token_key (
  kid text primary key,
  -- PKCS #8, DER.
  private_key blob not null,
  created_at integer not null
) strict;

create table audit_event (
  id integer primary key,
  at integer not null,
  login text,
  practitioner_id text,
  role text,
  action text not null check (action in ('create', 'read', 'update', 'delete', 'search', 'sign-in', 'sign-out', 'export', 'import')),
  record_type text,
  record_id text,
  patient_id text,
  purpose text not null,
  request_id text,
  source_address text,
  decision text not null check (decision in ('permit', 'deny')),
  -- JSON.
  detail text
) strict;

create index audit_event_of_patient on audit_event (patient_id, id) where patient_id is not null;

create trigger audit_event_is_never_changed before update on audit_event
begin
  select raise(abort, 'audit_event is append-only');
end;

create trigger audit_event_is_never_deleted before delete on audit_event
begin
  select raise(abort, 'audit_event is append-only');
end;

-- The answers to POSTs that carried an Idempotency-Key.
create table idempotency (
  account_id integer not null references account (id),
  route text not null,
  key text not null,
  -- SHA-256 of the body as it was taken.
  body_hash blob not null,
  status integer not null,
  answer text not null,
  -- What the POST made: `key:` references find it here.
  record_type text,
  record_id text,
  created_at integer not null,
  primary key (account_id, route, key)
) strict, without rowid;

create index idempotency_key on idempotency (account_id, key);
create index idempotency_age on idempotency (created_at);

-- The last number printed of each series.
create table counter (
  series text primary key,
  value integer not null
) strict, without rowid;

create table patient_key (
  id integer primary key,
  record_id text not null unique
) strict;

-- Folded words of each patient: `plain` without accents, `sound` as it is said, `digits` every end of the phone number,
-- `number` the printed number. Rows answer to patient_key.id.
create virtual table patient_search using fts5 (
  plain, sound, digits, number,
  content = '', contentless_delete = 1, detail = column, prefix = '1 2 3 4', tokenize = "unicode61 remove_diacritics 0"
);

-- The types and fields by their numbers in the catalogue. The expressions are those of its views, which the planner matches;
-- `type` stands first because it then prefers them to record_by_age.
create index encounter_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 4;
create index encounter_start on record (type, json_extract(fields, '$."2"')) where type = 4;
create index observation_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 5;
create index observation_encounter on record (type, json_extract(fields, '$."2"'), created_position) where type = 5;
create index condition_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 6;
create index condition_encounter on record (type, json_extract(fields, '$."2"'), created_position) where type = 6;
create index condition_recorded on record (type, json_extract(fields, '$."8"')) where type = 6;
create index allergy_intolerance_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 7;
create index medication_request_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 8;
create index medication_request_encounter on record (type, json_extract(fields, '$."2"'), created_position) where type = 8;
create index immunization_patient on record (type, json_extract(fields, '$."1"'), created_position) where type = 9;
create index immunization_encounter on record (type, json_extract(fields, '$."2"'), created_position) where type = 9;
create index referral_patient on record (type, json_extract(fields, '$."2"'), created_position) where type = 10;
