-- What came in from other systems, so that it is recognised when it comes again and when others refer to it.

create table import_key (
  -- Rows are appended: a big import writes few pages here.
  id integer primary key,
  -- `meta.source` of the resource or its Bundle, or the default.
  source_system text not null,
  resource_type text not null,
  -- `id` of the resource; its fullUrl, else its hash, where it has none.
  foreign_id text not null,
  -- Null where it is `urn:uuid:` and the id.
  full_url text,
  record_id text not null references record (id),
  -- By field number, the hash of the value that came in last: what another system did not change is not written again.
  field_hashes text not null
) strict;

-- Also finds by id alone, for urn:uuid: references.
create unique index import_key_by_id on import_key (foreign_id, resource_type, source_system);
create index import_key_by_url on import_key (full_url) where full_url is not null;

-- References that led nowhere when they came in; they are linked when the resource they name comes.
create table import_waiting (
  record_id text not null references record (id),
  field text not null,
  source_system text not null,
  -- `Type/id`, or a URL.
  reference text not null,
  primary key (record_id, field)
) strict, without rowid;

create index import_waiting_by_reference on import_waiting (reference);
