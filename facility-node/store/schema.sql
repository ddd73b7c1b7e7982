CREATE INDEX account_practitioner on account (practitioner_id);

CREATE UNIQUE INDEX account_travelling on account (travelling_id) where travelling_id is not null;

CREATE INDEX attachment_to_carry on attachment (record_id) where is_whole = 0 or hub_received < size;

CREATE INDEX attachment_waiting on attachment (waiting_since) where waiting_since is not null;

CREATE INDEX audit_event_of_patient on audit_event (patient_id, id) where patient_id is not null;

CREATE INDEX clock_correction_target on clock_correction (node, incarnation);

CREATE INDEX condition_recorded on record (json_extract(fields, '$."8"')) where type = 6;

CREATE UNIQUE INDEX conflict_by_id on conflict (id);

CREATE INDEX conflict_by_time on conflict (found_at, id);

CREATE INDEX consent_code_of_patient on consent_code (patient_id, created_at);

CREATE INDEX emergency_note_waiting on emergency_note (at) where taken_up_at is null;

CREATE INDEX emergency_notice_waiting on emergency_notice (created_at) where sent_at is null;

CREATE INDEX encounter_start on record (json_extract(fields, '$."2"')) where type = 4;

CREATE UNIQUE INDEX import_key_by_id on import_key (foreign_id, resource_type, source_system);

CREATE INDEX import_key_by_url on import_key (full_url) where full_url is not null;

CREATE INDEX import_waiting_by_reference on import_waiting (reference);

CREATE INDEX journal_of_record on journal (record_position, position) where record_position <> position;

CREATE UNIQUE INDEX journal_own on journal (sequence) where head is not null;

CREATE INDEX known_browser_of_account on known_browser (account_id);

CREATE INDEX known_browser_use on known_browser (last_used_at);

CREATE INDEX passkey_of_account on passkey (account_id, created_at);

CREATE INDEX patient_nina on record (type, json_extract(fields, '$."7"'), created_position)
  where type = 1 and json_extract(fields, '$."7"') is not null;

CREATE INDEX patient_number on record (type, replace(json_extract(fields, '$."8"'), '-', ''), created_position)
  where type = 1 and json_extract(fields, '$."8"') is not null;

CREATE INDEX patient_phone on record (type, json_extract(fields, '$."5"'), created_position)
  where type = 1 and json_extract(fields, '$."5"') is not null;

CREATE INDEX patient_replaced_by on record (type, json_extract(fields, '$."12"'))
  where type = 1 and json_extract(fields, '$."12"') is not null;

CREATE INDEX record_by_age on record (type, created_position)
  where type = 1 or type = 2 or type = 3 or type = 7 or type = 10 or type = 11 or type = 12 or type = 13 or type = 14
    or type = 15 or type = 16 or type = 17 or type = 18;

CREATE INDEX record_field_1 on record (json_extract(fields, '$."1"'), type, created_position)
  where type = 4 or type = 5 or type = 6 or type = 7 or type = 8 or type = 9 or type = 12 or type = 16 or type = 17;

CREATE INDEX record_field_2 on record (json_extract(fields, '$."2"'), type, created_position)
  where type = 5 or type = 6 or type = 8 or type = 9 or type = 10 or type = 16 or type = 17;

CREATE INDEX record_in_order on record (created_position, type);

CREATE INDEX refresh_token_of_session on refresh_token (session_id);

CREATE INDEX session_expiry on session (expires_at);

CREATE INDEX session_of_account on session (account_id);

CREATE TABLE account (
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
, last_sign_in_at integer, password_until integer, travelling_id text, home_id text, verifier_version integer not null default 1, shut_here_at integer, role_here text, ended_at integer, stale integer not null default 0) strict;

CREATE TABLE attachment (
  record_id text primary key references record (id) on delete cascade,
  -- SHA-256 of the content, as the record says; null while somebody hands it in part by part
  hash text,
  size integer not null check (size > 0),
  -- so many bytes are here, from the first on without a gap
  received integer not null default 0 check (received between 0 and size),
  -- whether all is here and has been found to have the hash
  is_whole integer not null default 0 check (is_whole <= (received = size)),
  -- so many bytes are safe at the hub, as far as it has said; all of them: it has the content whole
  hub_received integer not null default 0 check (hub_received between 0 and size),
  -- why it is not carried any more
  refused text,
  -- when somebody wanted to see it while it was not here
  asked_at integer
, waiting_since integer, told text) strict, without rowid;

CREATE TABLE attachment_piece (
  record_id text not null references attachment (record_id) on delete cascade,
  at integer not null,
  bytes blob not null,
  primary key (record_id, at)
) strict;

CREATE TABLE audit_anchor (
  entries integer primary key,
  -- The checkpoint's bytes as this node signed them.
  checkpoint blob not null,
  signature blob not null,
  -- By the hub's clock, and the hub's signature over it and the checkpoint.
  countersigned_at integer not null,
  countersignature blob not null
) strict;

CREATE TABLE audit_event (
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
, tree blob) strict;

CREATE TABLE audit_size (
  id integer primary key check (id = 1),
  entries integer not null
) strict;

CREATE TABLE backup (
  -- The first 16 bytes of the hash of the file's head, in hexadecimal.
  id text primary key check (length(id) = 32),
  file text not null,
  created_at integer not null,
  key blob not null check (length(key) = 32),
  -- Null until the file is whole on its medium.
  bytes integer,
  -- When it was last read whole, put back beside and found to hold what it says.
  verified_at integer
) strict;

CREATE TABLE broker_device (
  name text primary key,
  -- SHA-256 of a secret of 32 random bytes, which nobody chose.
  secret_hash blob not null,
  created_at integer not null,
  last_seen_at integer,
  revoked_at integer
) strict, without rowid;

CREATE TABLE clock_correction (
  position integer primary key references journal (position),
  node integer not null,
  incarnation text not null,
  from_sequence integer not null,
  to_sequence integer not null,
  ms integer not null,
  counter integer not null
) strict;

CREATE TABLE clock_state (
  id integer primary key check (id = 1),
  -- The latest time that this node had proof of.
  floor_ms integer not null,
  order_ms integer not null,
  order_counter integer not null
) strict;

CREATE TABLE conflict (
  id text not null,
  record_id text not null references record (id),
  field integer not null,
  winner text not null,
  loser text not null,
  found_at integer not null,
  primary key (record_id, field, id)
) strict, without rowid;

CREATE TABLE consent_code (
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

CREATE TABLE counter (
  series text primary key,
  value integer not null
, branch text not null default '') strict, without rowid;

CREATE TABLE device_invitation (
  -- SHA-256 of the token.
  hash blob primary key,
  -- Login of who invites; null for the machine's operator.
  invited_by text,
  created_at integer not null,
  expires_at integer not null,
  used_at integer,
  device_id text references enrolled_device (id)
) strict, without rowid;

CREATE TABLE emergency_note (
  id text primary key,
  at integer not null,
  kind text not null check (kind in ('note', 'sms')),
  written_by text not null,
  text text not null,
  taken_in_at integer not null,
  taken_up_at integer,
  taken_up_by text
) strict, without rowid;

CREATE TABLE emergency_notice (
  access_id text not null,
  phone text not null,
  text text not null,
  created_at integer not null,
  sent_at integer,
  primary key (access_id, phone)
) strict, without rowid;

CREATE TABLE enrolled_device (
  id text primary key,
  name text not null,
  -- SHA-256 of the credential in the device's cookie.
  credential_hash blob not null unique,
  enrolled_at integer not null,
  last_seen_at integer not null,
  address text,
  revoked_at integer
) strict;

CREATE TABLE erased (
  record_id text primary key,
  erased_at integer not null
) strict, without rowid;

CREATE TABLE hub_trail (
  -- Of the feed (docs/protocol.md, 7.2); empty before any hub was restored: a hub that was put back begins another past.
  generation text not null,
  entries integer not null,
  -- The checkpoint's bytes as the hub signed them.
  checkpoint blob not null,
  signature blob not null,
  countersigned_at integer not null,
  countersignature blob not null,
  primary key (generation, entries)
) strict;

CREATE TABLE "idempotency" (
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

CREATE TABLE import_key (
  -- Rows are appended: a big import writes few pages here.
  id integer primary key,
  -- `meta.source` of the resource or its Bundle, or the default.
  source_system text not null,
  resource_type text not null,
  -- `id` of the resource; its fullUrl, else its hash, where it has none.
  foreign_id text not null,
  -- Null where it is `urn:uuid:` and the id.
  full_url text,
  record_id text not null references record (id),
  -- By field number, the hash of the value that came in last: what another system did not change is not written again.
  field_hashes text not null
) strict;

CREATE TABLE import_waiting (
  record_id text not null references record (id),
  field text not null,
  source_system text not null,
  -- `Type/id`, or a URL.
  reference text not null,
  primary key (record_id, field)
) strict, without rowid;

CREATE TABLE incarnation (
  incarnation text primary key,
  opened_sequence integer not null unique
) strict;

CREATE TABLE journal (
  -- The order of arrival here. Nothing is ever deleted, so it is dense.
  position integer primary key,
  node integer not null,
  incarnation text not null,
  sequence integer not null,
  -- Null for openings and clock corrections.
  record_id text,
  type integer,
  -- The position of the record's first change here: the record's created_position.
  record_position integer,
  meta blob not null,
  fields blob not null,
  -- The chain head after this change; null for what others wrote.
  head blob,
  received_at integer not null,
  is_last integer not null,
  unique (node, incarnation, sequence)
) strict;

CREATE TABLE known_browser (
  -- SHA-256 of what the browser's cookie holds.
  hash blob not null,
  account_id integer not null references account (id) on delete cascade,
  known_since integer not null,
  last_used_at integer not null,
  primary key (hash, account_id)
) strict, without rowid;

CREATE TABLE lan_authority (
  id integer primary key check (id = 1),
  -- PEM.
  certificate text not null,
  -- PKCS #8, PEM.
  private_key text not null,
  -- JSON: { names, networks } that it may sign for.
  permitted text not null,
  created_at integer not null
) strict;

CREATE TABLE lane_run (
  lane text not null check (lane in ('urgent', 'late')),
  first_sequence integer not null,
  last_sequence integer not null,
  primary key (lane, first_sequence)
) strict, without rowid;

CREATE TABLE passkey (
  -- The credential's id, base64url.
  id text primary key,
  account_id integer not null references account (id) on delete cascade,
  name text not null,
  -- What the passkey remembers of the account: random, the same for all of one account.
  user_handle blob not null,
  -- COSE (RFC 9052).
  public_key blob not null,
  counter integer not null,
  -- JSON: a list of names.
  transports text not null,
  is_backed_up integer not null check (is_backed_up in (0, 1)),
  created_at integer not null,
  last_used_at integer,
  -- Of the key ring, where this passkey opens the database.
  unlocker_id text
) strict, without rowid;

CREATE TABLE patient_key (
  id integer primary key,
  record_id text not null unique
) strict;

CREATE VIRTUAL TABLE patient_search using fts5 (
  plain, sound, digits, number,
  content = '', contentless_delete = 1, detail = column, prefix = '1 2 3 4', tokenize = "unicode61 remove_diacritics 0"
);

CREATE TABLE phone_factor (
  account_id integer primary key references account (id) on delete cascade,
  -- E.164.
  phone text not null,
  validated_at integer not null
) strict;

CREATE TABLE quarantine (
  direction text not null check (direction in ('up', 'down')),
  position integer not null,
  code text not null,
  meta blob,
  fields blob,
  at integer not null,
  primary key (direction, position)
) strict, without rowid;

CREATE TABLE record (
  id text primary key,
  -- The type's stable number in the catalogue.
  type integer not null,
  -- Values by field number, and for each the write that gave it.
  fields text not null,
  stamps text not null,
  digest blob not null,
  last_stamp text not null,
  conflicts integer not null default 0,
  -- Where the record's first change stands in this journal: the cursor of lists.
  created_position integer not null,
  updated_at integer not null
) strict;

CREATE TABLE refresh_token (
  -- SHA-256 of the token.
  hash blob primary key,
  session_id text not null references session (id) on delete cascade,
  issued_at integer not null,
  used_at integer
) strict, without rowid;

CREATE TABLE replica_state (
  id integer primary key check (id = 1),
  -- Both sides held the same, at this place of the own journal and of the feed.
  proven_at integer,
  proven_sequence integer,
  proven_feed integer,
  -- The last time that the journals were compared as well.
  journals_at integer,
  mended_at integer,
  mended_records integer not null default 0,
  -- While the hub fills this node: {"patients": in all, "left": still to come}, as JSON.
  loading text
) strict;

CREATE TABLE schema_migration (number integer primary key, name text not null, checksum text not null, applied_at integer not null) strict;

CREATE TABLE session (
  id text primary key,
  account_id integer not null references account (id),
  address text,
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null,
  revoked_at integer,
  revoked_because text check (revoked_because in ('signed-out', 'token-reused', 'account-disabled', 'password-changed', 'ended-by-another')),
  -- The device that it was opened on, where it is an enrolled one.
  device_id text references enrolled_device (id)
, user_agent text) strict;

CREATE TABLE sharing_question (
  phone text primary key,
  since integer not null,
  answers integer not null
) strict, without rowid;

CREATE TABLE sync_state (
  id integer primary key check (id = 1),
  acknowledged_sequence integer not null default 0,
  feed_received integer not null default 0,
  bytes_sent integer not null default 0,
  bytes_received integer not null default 0,
  last_exchange_at integer,
  last_exchange_ok integer,
  last_exchange_carrier text,
  last_exchange_error text
, acknowledged_beyond text not null default '[]', other_branch text, other_branch_at integer, feed_generation text not null default '', offered_position integer) strict;

CREATE TABLE token_key (
  kid text primary key,
  -- PKCS #8, DER.
  private_key blob not null,
  created_at integer not null
) strict;

CREATE TRIGGER audit_anchor_is_never_changed before update on audit_anchor
begin
  select raise(abort, 'audit_anchor is append-only');
end;

CREATE TRIGGER audit_anchor_is_never_deleted before delete on audit_anchor
begin
  select raise(abort, 'audit_anchor is append-only');
end;

CREATE TRIGGER audit_event_is_never_changed before update on audit_event
when old.tree is not null or new.tree is null or new.id is not old.id
begin
  select raise(abort, 'audit_event is append-only');
end;

CREATE TRIGGER audit_event_is_never_deleted before delete on audit_event
begin
  select raise(abort, 'audit_event is append-only');
end;

CREATE TRIGGER consent_code_of_gone after delete on record when old.type = 1
begin
  delete from consent_code where patient_id = old.id;
end;

CREATE TRIGGER hub_trail_is_never_changed before update on hub_trail
begin
  select raise(abort, 'hub_trail is append-only');
end;

CREATE TRIGGER hub_trail_is_never_deleted before delete on hub_trail
begin
  select raise(abort, 'hub_trail is append-only');
end;

CREATE VIEW "aggregate_report" as select
  id,
  json_extract(fields, '$."1"') as "week",
  json_extract(fields, '$."2"') as "facility",
  json_extract(fields, '$."3"') as "encounters",
  json_extract(fields, '$."4"') as "counts",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 11;

CREATE VIEW "alert" as select
  id,
  json_extract(fields, '$."1"') as "rule",
  json_extract(fields, '$."2"') as "facility",
  json_extract(fields, '$."3"') as "week",
  json_extract(fields, '$."4"') as "level",
  json_extract(fields, '$."5"') as "text",
  json_extract(fields, '$."6"') as "raised_at",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 13;

CREATE VIEW "allergy_intolerance" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "code",
  json_extract(fields, '$."3"') as "text",
  json_extract(fields, '$."4"') as "criticality",
  json_extract(fields, '$."5"') as "clinical_status",
  json_extract(fields, '$."6"') as "verification",
  json_extract(fields, '$."7"') as "reactions",
  json_extract(fields, '$."8"') as "recorded_at",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 7;

CREATE VIEW "condition" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "encounter",
  json_extract(fields, '$."3"') as "code",
  json_extract(fields, '$."4"') as "text",
  json_extract(fields, '$."5"') as "clinical_status",
  json_extract(fields, '$."6"') as "verification",
  json_extract(fields, '$."7"') as "onset",
  json_extract(fields, '$."8"') as "recorded_at",
  json_extract(fields, '$."9"') as "severity",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 6;

CREATE VIEW "consent" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "status",
  json_extract(fields, '$."3"') as "classes",
  json_extract(fields, '$."4"') as "purpose",
  json_extract(fields, '$."5"') as "recipient",
  json_extract(fields, '$."6"') as "is_for_district",
  json_extract(fields, '$."7"') as "from",
  json_extract(fields, '$."8"') as "until",
  json_extract(fields, '$."9"') as "given_at",
  json_extract(fields, '$."10"') as "capture",
  json_extract(fields, '$."11"') as "guardian",
  json_extract(fields, '$."12"') as "taken_by",
  json_extract(fields, '$."13"') as "withdrawn_at",
  json_extract(fields, '$."14"') as "decision",
  json_extract(fields, '$."15"') as "refused",
  json_extract(fields, '$."16"') as "recipient_name",
  json_extract(fields, '$."17"') as "country",
  json_extract(fields, '$."18"') as "guardian_relation",
  json_extract(fields, '$."19"') as "guardian_phone",
  json_extract(fields, '$."20"') as "witness",
  json_extract(fields, '$."21"') as "evidence",
  json_extract(fields, '$."22"') as "wording",
  json_extract(fields, '$."23"') as "versions",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 12;

CREATE VIEW "document_reference" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "encounter",
  json_extract(fields, '$."3"') as "referral",
  json_extract(fields, '$."4"') as "title",
  json_extract(fields, '$."5"') as "category",
  json_extract(fields, '$."6"') as "status",
  json_extract(fields, '$."7"') as "recorded_at",
  json_extract(fields, '$."8"') as "author",
  json_extract(fields, '$."9"') as "content_type",
  json_extract(fields, '$."10"') as "size",
  json_extract(fields, '$."11"') as "hash",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 17;

CREATE VIEW "emergency_access" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "practitioner",
  json_extract(fields, '$."3"') as "reason",
  json_extract(fields, '$."4"') as "text",
  json_extract(fields, '$."5"') as "from",
  json_extract(fields, '$."6"') as "until",
  json_extract(fields, '$."7"') as "ended_at",
  json_extract(fields, '$."8"') as "asks_others",
  json_extract(fields, '$."9"') as "patient_number",
  json_extract(fields, '$."10"') as "review_by",
  json_extract(fields, '$."11"') as "review",
  json_extract(fields, '$."12"') as "review_remark",
  json_extract(fields, '$."13"') as "reviewed_by",
  json_extract(fields, '$."14"') as "reviewed_at",
  json_extract(fields, '$."15"') as "facility",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 16;

CREATE VIEW "encounter" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "start",
  json_extract(fields, '$."3"') as "end",
  json_extract(fields, '$."4"') as "class",
  json_extract(fields, '$."5"') as "status",
  json_extract(fields, '$."6"') as "reason",
  json_extract(fields, '$."7"') as "practitioner",
  json_extract(fields, '$."8"') as "residence",
  json_extract(fields, '$."9"') as "outcome",
  json_extract(fields, '$."10"') as "note",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 4;

CREATE VIEW "facility" as select
  id,
  json_extract(fields, '$."1"') as "code",
  json_extract(fields, '$."2"') as "name",
  json_extract(fields, '$."3"') as "kind",
  json_extract(fields, '$."4"') as "region",
  json_extract(fields, '$."5"') as "district",
  json_extract(fields, '$."6"') as "referral_target",
  json_extract(fields, '$."7"') as "phone",
  cast(json_extract(fields, '$."8"') as real) as "latitude",
  cast(json_extract(fields, '$."9"') as real) as "longitude",
  json_extract(fields, '$."10"') as "population",
  json_extract(fields, '$."11"') as "placed_since",
  json_extract(fields, '$."12"') as "node_key",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 3;

CREATE VIEW "facility_rights" as select
  id,
  json_extract(fields, '$."1"') as "role",
  json_extract(fields, '$."2"') as "rules",
  json_extract(fields, '$."3"') as "edition",
  json_extract(fields, '$."4"') as "reason",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 15;

CREATE VIEW "immunization" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "encounter",
  json_extract(fields, '$."3"') as "vaccine",
  json_extract(fields, '$."4"') as "status",
  json_extract(fields, '$."5"') as "occurrence",
  json_extract(fields, '$."6"') as "dose",
  json_extract(fields, '$."7"') as "lot",
  json_extract(fields, '$."8"') as "site",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 9;

CREATE VIEW "medication_request" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "encounter",
  json_extract(fields, '$."3"') as "medication",
  json_extract(fields, '$."4"') as "text",
  json_extract(fields, '$."5"') as "dosage",
  json_extract(fields, '$."6"') as "status",
  json_extract(fields, '$."7"') as "intent",
  json_extract(fields, '$."8"') as "authored_on",
  json_extract(fields, '$."9"') as "days",
  cast(json_extract(fields, '$."10"') as real) as "quantity",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 8;

CREATE VIEW "observation" as select
  id,
  json_extract(fields, '$."1"') as "patient",
  json_extract(fields, '$."2"') as "encounter",
  json_extract(fields, '$."3"') as "category",
  json_extract(fields, '$."4"') as "code",
  json_extract(fields, '$."5"') as "status",
  json_extract(fields, '$."6"') as "effective",
  cast(json_extract(fields, '$."7"') as real) as "value",
  json_extract(fields, '$."8"') as "unit",
  json_extract(fields, '$."9"') as "value_code",
  json_extract(fields, '$."10"') as "value_text",
  cast(json_extract(fields, '$."11"') as real) as "systolic",
  cast(json_extract(fields, '$."12"') as real) as "diastolic",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 5;

CREATE VIEW "patient" as select
  id,
  json_extract(fields, '$."1"') as "family_name",
  json_extract(fields, '$."2"') as "given_name",
  json_extract(fields, '$."3"') as "sex",
  json_extract(fields, '$."4"') as "birth_date",
  json_extract(fields, '$."5"') as "phone",
  json_extract(fields, '$."6"') as "village",
  json_extract(fields, '$."7"') as "nina",
  json_extract(fields, '$."8"') as "number",
  json_extract(fields, '$."9"') as "language",
  json_extract(fields, '$."10"') as "guardian_name",
  json_extract(fields, '$."11"') as "deceased_at",
  json_extract(fields, '$."12"') as "replaced_by",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 1;

CREATE VIEW "practitioner" as select
  id,
  json_extract(fields, '$."1"') as "family_name",
  json_extract(fields, '$."2"') as "given_name",
  json_extract(fields, '$."3"') as "role",
  json_extract(fields, '$."4"') as "phone",
  json_extract(fields, '$."5"') as "facility",
  json_extract(fields, '$."6"') as "active",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 2;

CREATE VIEW "referral" as select
  id,
  json_extract(fields, '$."1"') as "number",
  json_extract(fields, '$."2"') as "patient",
  json_extract(fields, '$."3"') as "encounter",
  json_extract(fields, '$."4"') as "from",
  json_extract(fields, '$."5"') as "to",
  json_extract(fields, '$."6"') as "requester",
  json_extract(fields, '$."7"') as "based_on",
  json_extract(fields, '$."8"') as "urgency",
  json_extract(fields, '$."9"') as "status",
  json_extract(fields, '$."10"') as "decided_at",
  json_extract(fields, '$."11"') as "reason",
  json_extract(fields, '$."12"') as "presumed_diagnosis",
  cast(json_extract(fields, '$."13"') as real) as "temperature",
  json_extract(fields, '$."14"') as "systolic",
  json_extract(fields, '$."15"') as "diastolic",
  json_extract(fields, '$."16"') as "pulse",
  json_extract(fields, '$."17"') as "respiratory_rate",
  json_extract(fields, '$."18"') as "consciousness",
  json_extract(fields, '$."19"') as "gravidity",
  json_extract(fields, '$."20"') as "parity",
  json_extract(fields, '$."21"') as "gestation_weeks",
  json_extract(fields, '$."22"') as "fetal_heart_rate",
  json_extract(fields, '$."23"') as "treatment_given",
  json_extract(fields, '$."24"') as "companion_name",
  json_extract(fields, '$."25"') as "companion_phone",
  json_extract(fields, '$."26"') as "transport",
  json_extract(fields, '$."27"') as "called_at",
  json_extract(fields, '$."28"') as "departed_at",
  json_extract(fields, '$."29"') as "cost_xof",
  json_extract(fields, '$."30"') as "arrived_at",
  json_extract(fields, '$."31"') as "arrival_state",
  json_extract(fields, '$."32"') as "received_by",
  json_extract(fields, '$."33"') as "final_diagnosis",
  json_extract(fields, '$."34"') as "acts",
  json_extract(fields, '$."35"') as "outcome",
  json_extract(fields, '$."36"') as "discharge_treatment",
  json_extract(fields, '$."37"') as "instructions",
  json_extract(fields, '$."38"') as "follow_up_on",
  json_extract(fields, '$."39"') as "closed_at",
  json_extract(fields, '$."40"') as "closed_by",
  json_extract(fields, '$."41"') as "cancel_reason",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 10;

CREATE VIEW "role_policy" as select
  id,
  json_extract(fields, '$."1"') as "role",
  json_extract(fields, '$."2"') as "district",
  json_extract(fields, '$."3"') as "rules",
  json_extract(fields, '$."4"') as "ceiling",
  json_extract(fields, '$."5"') as "edition",
  json_extract(fields, '$."6"') as "reason",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 14;

CREATE VIEW "staff_account" as select
  id,
  json_extract(fields, '$."1"') as "practitioner",
  json_extract(fields, '$."2"') as "home",
  json_extract(fields, '$."3"') as "login",
  json_extract(fields, '$."4"') as "places",
  json_extract(fields, '$."5"') as "verifiers",
  json_extract(fields, '$."60"') as "identifier",
  json_extract(fields, '$."61"') as "source"
from record where type = 18;
