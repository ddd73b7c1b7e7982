-- Changes that came before others of their chain, which are still missing; those are in the journal, without a head.
create table parked (
  node integer not null,
  incarnation text not null,
  sequence bigint not null,
  is_last boolean not null,
  -- it came before the record that it changes, and is merged with it once the gap is closed
  is_waiting boolean not null,
  primary key (node, incarnation, sequence)
);

grant select, insert, delete on parked to haggui_service;
