-- The facilities that were a region's, and in which weeks.
create view place with (security_invoker = true, security_barrier = true) as
  select facility, since_week, until_week, region
  from consolidated.place
  where region = nullif(current_setting('haggui.region', true), '');

grant select on place to region_reader;
