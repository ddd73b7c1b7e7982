-- What the feed's positions count in since the hub was restored from a backup ('' before), and how much of this journal
-- has then been offered to it: everything up to `offered_position`; null when nothing is to be offered.

alter table sync_state add column feed_generation text not null default '';
alter table sync_state add column offered_position integer;
