-- Facts without an identity. Only the ministry reads them; a region reads its own through the view in schema "regional".

create table facility (
  code text primary key,
  name text not null,
  kind text not null,
  region text not null
);

create table fact (
  -- a hash of the id of the encounter or condition that it was drawn from: enough to draw it again, not to find the record
  source bytea not null check (octet_length(source) = 16),
  -- '' for an encounter, else a key of protocols/surveillance/notifiable-diseases
  disease text not null,
  facility text not null references facility (code),
  region text not null,
  epi_week text not null check (epi_week ~ '^\d{4}-W\d{2}$'),
  age_band text not null check (age_band in ('under-5', '5-and-over')),
  sex text not null,
  is_death boolean not null,
  primary key (source, disease)
);
create index fact_week on fact (epi_week, region);

grant usage on schema consolidated to ministry, consolidated_writer;
grant select on fact, facility to ministry;
grant insert, delete, select (source) on fact to consolidated_writer;
grant insert, update, select on facility to consolidated_writer;
