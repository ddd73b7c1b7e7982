-- The number that a code goes to when its owner signs in where the account was not used before. Its owner has proven to have it.
create table phone_factor (
  account_id integer primary key references account (id) on delete cascade,
  -- E.164.
  phone text not null,
  validated_at integer not null
) strict;
