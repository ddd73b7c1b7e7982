-- What was written or came in while the database was shut. It stays; who takes it up says so.
create table emergency_note (
  id text primary key,
  at integer not null,
  kind text not null check (kind in ('note', 'sms')),
  written_by text not null,
  text text not null,
  taken_in_at integer not null,
  taken_up_at integer,
  taken_up_by text
) strict, without rowid;
create index emergency_note_waiting on emergency_note (at) where taken_up_at is null;
