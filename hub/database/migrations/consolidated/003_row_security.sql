-- Who may see which rows is settled here, below every view: a view that forgets to ask (made by this owner, or a materialised
-- one) shows nothing instead of everything. The owner is no exception: a migration that rewrites facts first takes FORCE off.

alter table fact enable row level security;
alter table fact force row level security;
alter table facility enable row level security;
alter table facility force row level security;

create policy ministry_reads on fact for select to ministry using (true);
create policy ministry_reads on facility for select to ministry using (true);
create policy writer_writes on fact to consolidated_writer using (true) with check (true);
create policy writer_writes on facility to consolidated_writer using (true) with check (true);
create policy region_reads_its_own on fact for select to region_reader
  using (region = nullif(current_setting('haggui.region', true), ''));
create policy region_reads_its_own on facility for select to region_reader
  using (region = nullif(current_setting('haggui.region', true), ''));

-- For the views of schema regional, which read with their reader's rights. Without USAGE on this schema no region can name the
-- tables themselves, and "source" stays out of reach.
grant select (disease, facility, region, epi_week, age_band, sex, is_death) on fact to region_reader;
grant select (code, name, kind, region) on facility to region_reader;
