-- Frames and parcels that were refused, once for each source and hour. Rows are added and never changed.
create table refusal (
  carrier text not null check (carrier in ('https', 'usb', 'sms')),
  source text not null,
  hour timestamptz not null,
  code text not null,
  refused_at timestamptz not null,
  primary key (carrier, source, hour)
);

grant select, insert on refusal to haggui_service;
