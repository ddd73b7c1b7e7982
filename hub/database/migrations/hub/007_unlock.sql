-- Locked nodes that ask for their database's key. Nothing here opens anything without the hub's own secret.
create table unlock_request (
  facility text primary key references facility (code),
  node integer not null,
  reply_key bytea not null check (length(reply_key) = 32),
  asked_at timestamptz not null,
  heard_at timestamptz not null,
  decision text check (decision in ('granted', 'refused')),
  decided_at timestamptz
);
grant select, insert, update, delete on unlock_request to haggui_service;
