-- Without pg_temp as the last in its search path, a function looks for tables among temporary ones first, and runs with its
-- owner's rights on whatever stands there.
do $$
declare
  path text := format('pg_catalog, %I, pg_temp', current_schema());
begin
  execute format('alter function release_copies(uuid[], integer) set search_path = %s', path);
  execute format('alter function restore_changes(integer[], text[], bigint[], bytea[]) set search_path = %s', path);
end
$$;
