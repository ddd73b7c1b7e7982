-- How often something was tried under a key, until when (ms since 1970): in the shape that rate-limiter-flexible writes. What is lost of
-- it with a crash is forgiven.
create unlogged table rate_limit (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index rate_limit_expiry on rate_limit (expire);

grant select, insert, update, delete on rate_limit to haggui_service;
