import type { Pool } from 'pg';

type Line = { readonly line: string };

// Not-null constraints are left to the columns: PostgreSQL 18 lists them as constraints too, 15 does not.
const queries: readonly (readonly [title: string, sql: string])[] = [
  [
    'tables and columns',
    `select format('%s.%s %s%s', n.nspname, c.relname,
				case c.relkind when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
				case when c.relrowsecurity then ' with row security' else '' end)
			|| coalesce(' ' || array_to_string(c.reloptions, ' '), '')
			|| coalesce(' partition by ' || pg_get_partkeydef(c.oid), '')
			|| coalesce(' partition of ' || (select inhparent::regclass::text from pg_inherits where inhrelid = c.oid and c.relispartition)
				|| ' ' || pg_get_expr(c.relpartbound, c.oid), '')
			|| coalesce((select string_agg(format(E'\\n  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
					case when a.attnotnull then ' not null' else '' end,
					coalesce(case when a.attgenerated = 's' then ' generated as ' when a.attidentity <> '' then ' identity ' else ' default ' end
						|| pg_get_expr(d.adbin, d.adrelid), case when a.attidentity <> '' then ' identity' else '' end)), '' order by a.attnum)
				from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
				where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '') as line
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm') order by n.nspname, c.relname`,
  ],
  [
    'constraints',
    `select format('%s.%s %s: %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
		from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any($1) and k.contype <> 'n' order by n.nspname, c.relname, k.conname`,
  ],
  [
    'indexes',
    `select pg_get_indexdef(i.indexrelid) as line
		from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any($1) order by n.nspname, c.relname`,
  ],
  [
    'views',
    `select format(E'view %I of %I\\n%s', c.relname, n.nspname, pg_get_viewdef(c.oid, true)) as line
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any($1) and c.relkind in ('v', 'm') order by n.nspname, c.relname`,
  ],
  [
    'functions',
    `select pg_get_functiondef(p.oid) as line
		from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = any($1) and p.prokind in ('f', 'p') order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)`,
  ],
  [
    'triggers',
    `select pg_get_triggerdef(t.oid) as line
		from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any($1) and not t.tgisinternal order by n.nspname, c.relname, t.tgname`,
  ],
  [
    'rights',
    `select format('%s: owner %s; %s', what, owner, coalesce(string_agg(format('%s may %s', grantee, rights), ', ' order by grantee) filter (where grantee is not null), 'no one else')) as line
		from (
			select what, owner, case when a.grantee = 0 then 'public' else g.rolname end as grantee, string_agg(a.privilege_type, ' ' order by a.privilege_type) as rights
			from (
				select 'schema ' || n.nspname as what, o.rolname as owner, n.nspowner as ownerid, n.nspacl as acl
				from pg_namespace n join pg_roles o on o.oid = n.nspowner where n.nspname = any($1)
				union all
				select n.nspname || '.' || c.relname, o.rolname, c.relowner, c.relacl
				from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles o on o.oid = c.relowner
				where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'S')
			) things
			left join lateral aclexplode(acl) a on a.grantee <> ownerid
			left join pg_roles g on g.oid = a.grantee
			group by 1, 2, 3
		) granted group by what, owner order by what`,
  ],
];

// From 16 on, PostgreSQL leaves out the table before a column where there is one table only; 15 writes it always.
const unqualifyColumns = (viewBody: string): string =>
  viewBody.replace(/(?<!(?:FROM|JOIN) \(*)\b[a-z_][a-z0-9_]*\.(?=[a-z_"])/g, '');

/**
 * The schema of PostgreSQL schemas as text: tables with their columns, constraints, indexes, views, functions, triggers
 * and rights, each in order of name. The same schema gives the same text, on PostgreSQL 15 as on 18.
 */
export const dumpPostgresSchema = async (pool: Pool, schemas: readonly string[]): Promise<string> => {
  const parts: string[] = [];
  for (const [title, sql] of queries) {
    const { rows } = await pool.query<Line>(sql, [[...schemas]]);
    const text = rows.map(({ line }) => line.trimEnd()).join('\n');
    if (rows.length > 0) parts.push(`-- ${title}\n${title === 'views' ? unqualifyColumns(text) : text}\n`);
  }
  return parts.join('\n');
};
