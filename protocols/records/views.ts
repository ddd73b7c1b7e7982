import type { FieldDeclaration, RecordType } from './record-type.ts';

/** The view's name in both stores: `allergy_intolerance`. */
export function viewName(type: RecordType): string {
  return snakeCase(type.name);
}

/** `presumedDiagnosis` → `presumed_diagnosis`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * The SQLite statement that makes the type's view over `record`: `id`, then one column a field. Decimals are reals here
 * (the exact text stays in `fields`), instants integer milliseconds, sets JSON arrays.
 */
export function sqliteView(type: RecordType): string {
  const columns = Object.entries(type.fields).map(([name, declaration]) => {
    const path = `json_extract(fields, '$."${declaration.number}"')`;
    return `  ${declaration.kind === 'decimal' ? `cast(${path} as real)` : path} as "${snakeCase(name)}"`;
  });
  return `create view "${viewName(type)}" as select\n  id,\n${columns.join(',\n')}\nfrom record where type = ${type.number}`;
}

/** The PostgreSQL statement of the same view in a facility's schema; it runs with its reader's rights. */
export function postgresView(type: RecordType, schema: string): string {
  const columns = Object.entries(type.fields).map(
    ([name, declaration]) => `  ${postgresColumn(declaration)} as "${snakeCase(name)}"`,
  );
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return `create or replace view ${quoted}."${viewName(type)}" with (security_invoker = true, security_barrier = true) as select\n  id,\n${columns.join(',\n')}\nfrom ${quoted}.record where type = ${type.number}`;
}

function postgresColumn({ kind, number }: FieldDeclaration): string {
  const text = `(fields ->> '${number}')`;
  switch (kind) {
    case 'ref':
      return `${text}::uuid`;
    case 'instant':
      return `to_timestamp(${text}::bigint / 1000.0)`;
    case 'integer':
      return `${text}::bigint`;
    case 'decimal':
      return `${text}::numeric`;
    case 'boolean':
      return `${text}::boolean`;
    case 'set':
      return `(fields -> '${number}')`;
    default:
      return text;
  }
}
