-- Which region each facility belonged to, week by week: a report of a week counts a facility where it was on that week's Monday.
create table place (
  facility text not null references facility (code),
  -- The first week there; '' for where it was registered.
  since_week text not null,
  -- The first week elsewhere; null while it is there.
  until_week text,
  region text not null,
  primary key (facility, since_week)
);

-- This owner reads its own table once, before anybody is served.
alter table facility no force row level security;
insert into place (facility, since_week, region) select code, '', region from facility;
alter table facility force row level security;

alter table place enable row level security;
alter table place force row level security;
create policy ministry_reads on place for select to ministry using (true);
create policy writer_writes on place to consolidated_writer using (true) with check (true);
create policy region_reads_its_own on place for select to region_reader
  using (region = nullif(current_setting('haggui.region', true), ''));

grant select on place to ministry, region_reader;
grant select, insert, delete on place to consolidated_writer;
-- Facts go with their facility from the week on in which it moves.
grant update (region), select (facility, epi_week, region) on fact to consolidated_writer;
