-- Patients who were erased at their wish. Who asked and why stays in words that name nobody.
create table erasure (
  patient uuid primary key,
  facility text not null references facility (code),
  -- everywhere that the patient was known, for what comes later
  facilities text[] not null,
  reason text not null,
  records integer not null,
  erased_at timestamptz not null
);

grant select, insert, update on erasure to haggui_service;
