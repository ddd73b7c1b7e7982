-- Backups that this node has made, with the key of each: here it can look at them again without anybody's words.
create table backup (
  -- The first 16 bytes of the hash of the file's head, in hexadecimal.
  id text primary key check (length(id) = 32),
  file text not null,
  created_at integer not null,
  key blob not null check (length(key) = 32),
  -- Null until the file is whole on its medium.
  bytes integer,
  -- When it was last read whole, put back beside and found to hold what it says.
  verified_at integer
) strict;
