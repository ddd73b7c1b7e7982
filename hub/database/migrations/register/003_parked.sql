-- Two kinds of changes have no head: those of other origins, and those of this facility's node that came before others which
-- are still missing. The latter get it, once, when the gap is closed; until then they may wait for the record they change.
comment on column journal.head is 'the chain head after it; null for changes of other origins, and beyond a gap';
