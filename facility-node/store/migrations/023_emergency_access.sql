-- A patient who is only known by the number of the carnet when the record is opened.
create index patient_number on record (type, replace(json_extract(fields, '$."8"'), '-', ''), created_position)
  where type = 1 and json_extract(fields, '$."8"') is not null;

-- Short messages that tell whoever reviews of an access, until the network has taken them.
create table emergency_notice (
  access_id text not null,
  phone text not null,
  text text not null,
  created_at integer not null,
  sent_at integer,
  primary key (access_id, phone)
) strict, without rowid;
create index emergency_notice_waiting on emergency_notice (created_at) where sent_at is null;
