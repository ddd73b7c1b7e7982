-- Own changes that leave before all others, or after them, until the hub has them; and what the hub has beyond a gap.

create table lane_run (
  lane text not null check (lane in ('urgent', 'late')),
  first_sequence integer not null,
  last_sequence integer not null,
  primary key (lane, first_sequence)
) strict, without rowid;

-- Ranges of sequences, as JSON: [{"from": 12, "to": 14}]
alter table sync_state add column acknowledged_beyond text not null default '[]';
