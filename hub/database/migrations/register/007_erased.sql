-- 5: an erasure.
alter table journal drop constraint journal_kind_check;
alter table journal add constraint journal_kind_check check (kind between 0 and 5);

-- Records that were erased at a patient's wish: their changes come to nothing here, whoever sends them.
create table erased (record_id uuid primary key);

-- The only way a record leaves the register of the facility that made it, and the words of its changes the journal. A change
-- beyond a gap of the facility's own node keeps them until its chain is followed: the next erasure of the same records takes it.
create function erase_records(erased_ids uuid[], own integer) returns void language sql security definer as $$
  insert into erased select unnest(erased_ids) on conflict do nothing;
  delete from record where id = any(erased_ids);
  update journal set fields = ''
    where record_id = any(erased_ids) and kind = 0 and octet_length(fields) > 0 and (head is not null or node <> own);
$$;
revoke all on function erase_records from public;

create or replace function restore_changes(nodes integer[], incarnations text[], sequences bigint[], words bytea[])
  returns table (node integer, incarnation text, sequence bigint) language sql security definer as $$
  update journal j set fields = given.words
  from unnest(nodes, incarnations, sequences, words) as given (node, incarnation, sequence, words)
  where (j.node, j.incarnation, j.sequence) = (given.node, given.incarnation, given.sequence)
    and j.kind = 0 and octet_length(j.fields) = 0 and octet_length(given.words) > 0
    and not exists (select from erased where record_id = j.record_id)
  returning j.node, j.incarnation, j.sequence;
$$;

create or replace function mend_changes(nodes integer[], incarnations text[], sequences bigint[], metas bytea[], words bytea[])
  returns void language sql security definer as $$
  update journal j set fields = ''
  from unnest(nodes, incarnations, sequences) as given (node, incarnation, sequence)
  where (j.node, j.incarnation, j.sequence) = (given.node, given.incarnation, given.sequence);
  update journal j set meta = given.meta, fields = given.words
  from unnest(nodes, incarnations, sequences, metas, words) as given (node, incarnation, sequence, meta, words)
  where (j.node, j.incarnation, j.sequence) = (given.node, given.incarnation, given.sequence)
    and not exists (select from erased where record_id = j.record_id);
$$;

do $$
declare
  path text := format('pg_catalog, %I, pg_temp', current_schema());
begin
  execute format('alter function erase_records(uuid[], integer) set search_path = %s', path);
  execute format('alter function restore_changes(integer[], text[], bigint[], bytea[]) set search_path = %s', path);
  execute format('alter function mend_changes(integer[], text[], bigint[], bytea[], bytea[]) set search_path = %s', path);
end
$$;
