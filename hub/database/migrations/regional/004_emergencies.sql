-- The same window on emergency accesses.
create view emergency with (security_invoker = true, security_barrier = true) as
  select facility, region, opened_at, review_by, review, asks_others
  from consolidated.emergency
  where region = nullif(current_setting('haggui.region', true), '');

grant select on emergency to region_reader;
