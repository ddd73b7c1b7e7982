-- Somebody who reads no reports any more: nothing proves the account until the operator resets it.
alter table hub_user add column disabled_at timestamptz;
