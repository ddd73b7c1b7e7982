-- Field 1 and field 2 of other types are names and the like, for which nobody looks there: a registration touched two pages more.
-- Field 1: the patient.
drop index record_field_1;
create index record_field_1 on record (json_extract(fields, '$."1"'), type, created_position)
  where type = 4 or type = 5 or type = 6 or type = 7 or type = 8 or type = 9 or type = 12 or type = 16 or type = 17;

-- Field 2: the encounter; a referral's patient; who opened a record in an emergency.
drop index record_field_2;
create index record_field_2 on record (json_extract(fields, '$."2"'), type, created_position)
  where type = 5 or type = 6 or type = 8 or type = 9 or type = 10 or type = 16 or type = 17;
