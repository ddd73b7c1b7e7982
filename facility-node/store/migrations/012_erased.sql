-- Records that were erased at a patient's wish: their changes come to nothing here, whoever sends them.
create table erased (
  record_id text primary key,
  erased_at integer not null
) strict, without rowid;
