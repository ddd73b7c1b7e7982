-- Accounts that are valid at more than one facility: docs/protocol.md, 13.6.

-- The `staffAccount` record that it travels as; null of one that stays.
alter table account add column travelling_id text;
-- The facility's record that a guest's account comes from; null of our own.
alter table account add column home_id text;
-- Raised with each password; that of the highest is the present one everywhere.
alter table account add column verifier_version integer not null default 1;
-- This facility has shut a guest out, and the role that it has given a guest itself.
alter table account add column shut_here_at integer;
alter table account add column role_here text;
-- A guest's account whose share was ended: the row stays for what refers to it, under no login.
alter table account add column ended_at integer;
-- What is left of before to be forgotten: 1 what the former password opens, 2 all that proves its owner.
alter table account add column stale integer not null default 0;

create unique index account_travelling on account (travelling_id) where travelling_id is not null;
create index account_practitioner on account (practitioner_id);
