-- The copy of this disk that was heard of when the numbers last began a new thousand; '' before the first.
alter table counter add column branch text not null default '';
