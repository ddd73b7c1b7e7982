-- Whose record was given, and of which type, as it was then: a copy may have ended, or the patient been erased, before the trail tells it.
alter table disclosure add column patient_id uuid, add column record_type integer;
