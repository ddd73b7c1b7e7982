-- The filling of a node that has nothing: one a facility, the last one.

create table node_load (
  facility text primary key references facility (code),
  node integer not null,
  -- what the feed had then: the node does not need it and counts on from here
  begins_after bigint not null,
  -- where the register's journal ended then: what stands before, the load gives
  journal_position bigint not null,
  patients integer not null,
  begun_at timestamptz not null,
  ended_at timestamptz
);

-- The records that are still to go into the feed, in this order.
create table node_load_item (
  facility text not null references facility (code),
  place integer not null,
  record_id uuid not null,
  -- the patient whose record it is; null for what belongs to nobody
  patient uuid,
  primary key (facility, place)
);
create index node_load_item_record on node_load_item (facility, record_id);
create index node_load_item_patient on node_load_item (facility, patient) where patient is not null;

grant select, insert, update on node_load to haggui_service;
grant select, insert, delete on node_load_item to haggui_service;
