-- A region's window on the facts. The views read with the rights of haggui_owner, who owns the facts; a security barrier
-- keeps a reader's own functions from being run on rows of other regions. The region is a setting of the transaction.

create view fact with (security_barrier = true) as
  select disease, facility, region, epi_week, age_band, sex, is_death
  from consolidated.fact
  where region = nullif(current_setting('haggui.region', true), '');

create view facility with (security_barrier = true) as
  select code, name, kind, region
  from consolidated.facility
  where region = nullif(current_setting('haggui.region', true), '');

grant usage on schema regional to region_reader;
grant select on fact, facility to region_reader;
