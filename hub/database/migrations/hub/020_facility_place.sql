-- Where a facility is in the health map, and since when: regions are divided, districts redrawn. The last place that was carried
-- out is where it is today; the earlier ones say whose its figures were, and which district a consent spoke of.
create table facility_place (
  facility text not null references facility (code),
  -- Its first day there; -infinity for where it was registered.
  since date not null,
  region text not null,
  district text,
  -- The code of the facility that it refers to.
  referral_target text,
  reason text,
  asked_at timestamptz not null,
  -- Null while its day has not come.
  carried_out_at timestamptz,
  primary key (facility, since)
);

do $$
begin
  if to_regclass('registry.record') is null then
    return;
  end if;
  insert into facility_place (facility, since, region, district, referral_target, asked_at, carried_out_at)
  select f.code, '-infinity', f.region, r.fields ->> '5', f.referral_target, f.created_at, f.created_at
  from facility f left join registry.record r on r.id = f.record_id;
end
$$;

grant select, insert, update on facility_place to haggui_service;
