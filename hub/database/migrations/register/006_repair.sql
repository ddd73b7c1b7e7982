-- The only way for a change to be rewritten: where a comparison with the node, or with the register of the facility that it came
-- from, found damaged bytes and the chain proves these. Two steps, because a change that has words never gets others.
create function mend_changes(nodes integer[], incarnations text[], sequences bigint[], metas bytea[], words bytea[])
  returns void language sql security definer as $$
  update journal j set fields = ''
  from unnest(nodes, incarnations, sequences) as given (node, incarnation, sequence)
  where (j.node, j.incarnation, j.sequence) = (given.node, given.incarnation, given.sequence);
  update journal j set meta = given.meta, fields = given.words
  from unnest(nodes, incarnations, sequences, metas, words) as given (node, incarnation, sequence, meta, words)
  where (j.node, j.incarnation, j.sequence) = (given.node, given.incarnation, given.sequence);
$$;
revoke all on function mend_changes from public;

-- As the other functions with their owner's rights: temporary tables come last (005).
do $$
begin
  execute format(
    'alter function mend_changes(integer[], text[], bigint[], bytea[], bytea[]) set search_path = pg_catalog, %I, pg_temp',
    current_schema());
end
$$;
