-- When a branch of a node's past last came: somebody has to look whether two copies of its disk are at work.
alter table facility add column branched_at timestamptz;
