import type { ZodError, ZodType } from 'zod';
import type { FieldProblem } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';

/** The problems of a value that a zod schema refused, each with where it is (`vitals.0.value`) below `prefix`. */
export const fieldProblems = (error: ZodError, prefix = ''): readonly FieldProblem[] =>
  error.issues.flatMap((issue): FieldProblem[] => {
    const at = (path: readonly PropertyKey[]): string =>
      [prefix, ...path.map(String)].filter((part) => part !== '').join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: at([...issue.path, key]),
        message: { fr: 'champ inconnu', en: 'unknown field' },
      }));
    }
    return [{ field: at(issue.path), message: issue.message }];
  });

/** What the schema makes of the value; throws SH-I001 (422) naming each field that it refused. */
export const validate = <T>(schema: ZodType<T>, value: unknown, prefix = ''): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failRuntime('SH-I001', { fields: fieldProblems(result.error, prefix) });
};
