-- How often records are opened in an emergency, and what came of looking at it: without patient, without who, without why.
create table emergency (
  -- A hash of the record's id: enough to count it again.
  source bytea primary key check (octet_length(source) = 16),
  facility text not null references facility (code),
  region text not null,
  opened_at timestamptz not null,
  review_by timestamptz not null,
  review text check (review in ('justified', 'unjustified')),
  asks_others boolean not null
);
create index emergency_opened on emergency (opened_at, region);

alter table emergency enable row level security;
alter table emergency force row level security;
create policy ministry_reads on emergency for select to ministry using (true);
create policy writer_writes on emergency to consolidated_writer using (true) with check (true);
create policy region_reads_its_own on emergency for select to region_reader
  using (region = nullif(current_setting('haggui.region', true), ''));

grant select on emergency to ministry;
grant insert, update, select on emergency to consolidated_writer;
grant select (facility, region, opened_at, review_by, review, asks_others) on emergency to region_reader;
