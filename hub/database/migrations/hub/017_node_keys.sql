-- Keys that nodes' frames rested on before the present ones. None comes back: who kept an old message cannot put an old key in place.
create table former_node_key (
  node integer not null,
  seal_key bytea not null check (octet_length(seal_key) = 32),
  replaced_at timestamptz not null,
  primary key (node, seal_key)
);
grant select, insert on former_node_key to haggui_service;
