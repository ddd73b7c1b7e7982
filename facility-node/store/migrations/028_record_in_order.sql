-- What a consultation is made of has five types: in an index by type it touches five pages, in one by order a single page.
create index record_in_order on record (created_position, type);

-- Of the types that are few beside those, so that all of one are found at once; an index of a condition is found by a query that
-- names the type as a number. 4, 5, 6, 8 and 9 are what consultations are made of.
drop index record_by_age;
create index record_by_age on record (type, created_position)
  where type = 1 or type = 2 or type = 3 or type = 7 or type = 10 or type = 11 or type = 12 or type = 13 or type = 14
    or type = 15 or type = 16 or type = 17 or type = 18;

-- Their type stood first only so that they were preferred to record_by_age, which these two are not in any more.
drop index encounter_start;
create index encounter_start on record (json_extract(fields, '$."2"')) where type = 4;
drop index condition_recorded;
create index condition_recorded on record (json_extract(fields, '$."8"')) where type = 6;
