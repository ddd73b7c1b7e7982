-- A code names a phone: it goes with the patient's record, be that erased or a copy that ended.
create trigger consent_code_of_gone after delete on record when old.type = 1
begin
  delete from consent_code where patient_id = old.id;
end;
