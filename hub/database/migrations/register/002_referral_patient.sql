-- 10 referral: its field 2 names the patient
create index record_referral on record ((fields ->> '2')) where type = 10;
