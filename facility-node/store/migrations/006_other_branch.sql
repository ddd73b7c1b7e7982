-- The incarnation of a change that came from the hub and was written under this node's name by another copy of its disk, or by
-- this one before it was put back; null when there was none.
alter table sync_state add column other_branch text;
alter table sync_state add column other_branch_at integer;
