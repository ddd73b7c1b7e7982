-- What the hub has countersigned of nodes' audit trails. Rows are added and never changed.
create table witnessed_checkpoint (
  node integer not null,
  -- Raised when a person has accepted that a node's trail is another one from somewhere on.
  branch integer not null check (branch >= 0),
  entries bigint not null check (entries >= 0),
  -- The checkpoint's bytes as the node signed them.
  checkpoint bytea not null,
  signature bytea not null check (octet_length(signature) = 64),
  -- By the hub's clock, in milliseconds since 1970, and the hub's signature over it and the checkpoint.
  countersigned_at bigint not null,
  countersignature bytea not null check (octet_length(countersignature) = 64),
  primary key (node, branch, entries)
);

-- What was found wrong when node and hub showed each other their trails. Rows are added and never changed.
create table audit_finding (
  id bigint generated always as identity primary key,
  facility text not null references facility (code),
  node integer not null,
  kind text not null check (kind in ('rewritten', 'shorter', 'chain', 'damaged', 'consents', 'hub-rewritten', 'hub-consents')),
  -- How much of the trail the hub had countersigned; of what is damaged, the first entry; of consents, how many faults.
  about bigint not null,
  -- What the node signed: with what the hub had countersigned before, the proof that it signed two pasts.
  checkpoint bytea not null,
  signature bytea not null,
  found_at timestamptz not null
);
create index audit_finding_of_node on audit_finding (node, id);

-- Findings that a person has looked into.
create table audit_finding_settled (
  finding bigint primary key references audit_finding (id),
  settled_at timestamptz not null
);

grant select, insert on witnessed_checkpoint, audit_finding, audit_finding_settled to haggui_service;
