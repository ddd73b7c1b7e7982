-- Who tried how often is kept in memory; what lasts is which browsers an account has signed in with.
drop table login_failure;

create table known_browser (
  -- SHA-256 of what the browser's cookie holds.
  hash blob not null,
  account_id integer not null references account (id) on delete cascade,
  known_since integer not null,
  last_used_at integer not null,
  primary key (hash, account_id)
) strict, without rowid;

create index known_browser_of_account on known_browser (account_id);
create index known_browser_use on known_browser (last_used_at);
