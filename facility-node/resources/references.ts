import type { FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Staff } from '../people/caller.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { OnceService } from './once-service.ts';

/** Fields as validation gives them: absent, null (retracted) or a value. */
export type EnteredFields = Readonly<Record<string, FieldValue | null | undefined>>;

/** What resolving takes. */
export type ReferenceContext = { readonly store: RecordStore; readonly once: OnceService; readonly staff: Staff };

/** The fields with ids for `key:` references, and what is wrong with references: unknown here, or to another kind of record. */
export function resolveReferences(
  type: RecordType,
  fields: EnteredFields,
  { store, once, staff }: ReferenceContext,
): { readonly fields: EnteredFields; readonly problems: readonly FieldProblem[] } {
  const resolved: Record<string, FieldValue | null | undefined> = { ...fields };
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const declaration = type.fields[name];
    if (declaration?.kind !== 'ref' || declaration.to === undefined || typeof value !== 'string') continue;
    const id = value.startsWith('key:') ? once.recordOf(staff, value.slice(4), declaration.to) : value;
    if (id === undefined || store.record(id)?.type.name !== declaration.to) {
      problems.push({
        field: name,
        message: {
          fr: `aucun enregistrement de ce genre n’est connu ici : ${value}`,
          en: `no record of this kind is known here: ${value}`,
        },
      });
    } else {
      resolved[name] = id;
    }
  }
  return { fields: resolved, problems };
}

/** The same problems, named below a part of the body: `observations.0`. */
export function below(prefix: string, problems: readonly FieldProblem[]): readonly FieldProblem[] {
  return problems.map(({ field, message }) => ({ field: `${prefix}.${field}`, message }));
}
