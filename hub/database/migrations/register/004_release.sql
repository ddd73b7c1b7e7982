-- 4: the end of copies. A change of which a release forgot the fields has none at all.
alter table journal drop constraint journal_kind_check;
alter table journal add constraint journal_kind_check check (kind between 0 and 4);

-- What a change says is never rewritten: a release forgets it, and a new gift brings the same bytes back.
create function keep_changes() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using message = 'what a change says is never rewritten';
end
$$;
create trigger keep_changes before update of fields on journal for each row
  when (octet_length(old.fields) > 0 and octet_length(new.fields) > 0) execute function keep_changes();

-- The only way a record leaves a register, and only one that another node created.
create function release_copies(released uuid[], holder integer) returns void
  language sql security definer set search_path from current as $$
  with copies as (
    select first.id from unnest(released) as r (id),
      lateral (select record_id as id, node from journal where record_id = r.id order by position limit 1) as first
    where first.node <> holder
  ), gone as (
    delete from record where id in (select id from copies)
  )
  update journal set fields = '' where record_id in (select id from copies) and kind = 0 and node <> holder;
$$;
revoke all on function release_copies from public;

-- 4 encounter, 5 observation, 6 condition, 7 allergyIntolerance, 8 medicationRequest, 9 immunization, 12 consent: their field 1
-- names the patient.
create index record_of_patient on record ((fields ->> '1')) where type in (4, 5, 6, 7, 8, 9, 12);
drop index record_patient;

-- The only way for a change to have words again that a release forgot.
create function restore_changes(nodes integer[], incarnations text[], sequences bigint[], words bytea[])
  returns table (node integer, incarnation text, sequence bigint)
  language sql security definer set search_path from current as $$
  update journal j set fields = given.words
  from unnest(nodes, incarnations, sequences, words) as given (node, incarnation, sequence, words)
  where (j.node, j.incarnation, j.sequence) = (given.node, given.incarnation, given.sequence)
    and j.kind = 0 and octet_length(j.fields) = 0 and octet_length(given.words) > 0
  returning j.node, j.incarnation, j.sequence;
$$;
revoke all on function restore_changes from public;
