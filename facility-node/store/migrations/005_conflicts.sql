-- A change may meet others in more than one of its fields: the id of a conflict names the field too.
update conflict set id = id || '~' || field where id not like '%~%~%';

-- The review list, newest first.
create index conflict_by_time on conflict (found_at, id);
create unique index conflict_by_id on conflict (id);

-- Who may be one person: the national number (field 7); and whose records a record replaced (field 12).
create index patient_nina on record (type, json_extract(fields, '$."7"'), created_position)
  where type = 1 and json_extract(fields, '$."7"') is not null;
create index patient_replaced_by on record (type, json_extract(fields, '$."12"'))
  where type = 1 and json_extract(fields, '$."12"') is not null;
