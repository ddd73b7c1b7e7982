-- Since when a content has been waiting to be carried, as the chores of the node have noticed it.
alter table attachment add column waiting_since integer;
-- Why the hub did not take it, or that it has not got it, when it was last asked.
alter table attachment add column told text;
create index attachment_waiting on attachment (waiting_since) where waiting_since is not null;
