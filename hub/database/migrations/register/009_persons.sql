-- Whom a patient's record (type 1) has been replaced by: field 12 names another record of the same person.
create index patient_replaced_by on record ((fields ->> '12')) where type = 1 and fields ->> '12' is not null;

-- Field 2 of a condition (6) names its encounter, of a referral (10) its patient: one index for both, so that a schema has no more than before.
create index record_field_2 on record ((fields ->> '2')) where type in (6, 10);
drop index record_encounter;
drop index record_referral;
