import { RECORD_TYPES } from '../records/catalogue.ts';
import {
  ACTIONS,
  type Action,
  actionsOf,
  type PermissionRule,
  SUBJECTS,
  type Subject,
  subjectsOf,
} from './permission-rule.ts';

/** How far an action on a subject is let: not at all, in some fields, under conditions, always and in all fields. */
export type Reach = 'none' | 'fields' | 'conditions' | 'all';

/** What changes about one action on one subject; `fields` by name, where it is not all of them. */
export type RightChange = {
  readonly action: Action;
  readonly subject: Subject;
  readonly kind: 'gained' | 'lost' | 'changed';
  readonly before: Reach;
  readonly after: Reach;
  readonly gainedFields: readonly string[];
  readonly lostFields: readonly string[];
};

/** Of one field: never, under conditions, always. */
type FieldReach = 0 | 1 | 2;

/** What stands for a subject without fields. */
const WHOLE = '*';

/** What those whose rules were `before` gain and lose when they are `after`, in the order of subjects and actions. */
export function rightsDifference(
  before: readonly PermissionRule[],
  after: readonly PermissionRule[],
): readonly RightChange[] {
  return SUBJECTS.flatMap((subject) => ACTIONS.flatMap((action) => changeOf({ action, subject, before, after }) ?? []));
}

/** How far rules let an action on a subject. */
export function reachOf(rules: readonly PermissionRule[], action: Action, subject: Subject): Reach {
  return overall(reachByField(matching(rules, action, subject), subject));
}

function changeOf({
  action,
  subject,
  before,
  after,
}: {
  readonly action: Action;
  readonly subject: Subject;
  readonly before: readonly PermissionRule[];
  readonly after: readonly PermissionRule[];
}): RightChange | undefined {
  const [was, is] = [matching(before, action, subject), matching(after, action, subject)];
  const [had, has] = [reachByField(was, subject), reachByField(is, subject)];
  const names = [...had.keys()];
  const gained = names.filter((name) => (has.get(name) ?? 0) > (had.get(name) ?? 0));
  const lost = names.filter((name) => (has.get(name) ?? 0) < (had.get(name) ?? 0));
  const isOtherwise = conditionsIn(was) !== conditionsIn(is);
  if (gained.length === 0 && lost.length === 0 && !isOtherwise) return undefined;
  const some = (fields: readonly string[]): readonly string[] => (fields.length === names.length ? [] : fields);
  return {
    ...{ action, subject, before: overall(had), after: overall(has) },
    kind: gained.length > 0 === lost.length > 0 ? 'changed' : gained.length > 0 ? 'gained' : 'lost',
    gainedFields: some(gained),
    lostFields: some(lost),
  };
}

function matching(rules: readonly PermissionRule[], action: Action, subject: Subject): readonly PermissionRule[] {
  return rules.filter((rule) => actionsOf(rule).includes(action) && subjectsOf(rule).includes(subject));
}

function reachByField(rules: readonly PermissionRule[], subject: Subject): ReadonlyMap<string, FieldReach> {
  const fields = Object.keys(RECORD_TYPES.find(({ name }) => name === subject)?.fields ?? { [WHOLE]: true });
  return new Map(fields.map((field) => [field, reachOfField(rules, field)]));
}

function reachOfField(rules: readonly PermissionRule[], field: string): FieldReach {
  const covering = rules.filter(({ fields }) => fields === undefined || fields.includes(field));
  const permits = covering.filter(({ inverted }) => inverted !== true);
  const denials = covering.filter(({ inverted }) => inverted === true);
  if (permits.length === 0 || denials.some(({ conditions }) => conditions === undefined)) return 0;
  return denials.length === 0 && permits.some(({ conditions }) => conditions === undefined) ? 2 : 1;
}

function overall(reach: ReadonlyMap<string, FieldReach>): Reach {
  const found = new Set(reach.values());
  if (!found.has(1) && !found.has(2)) return 'none';
  if (found.has(1)) return 'conditions';
  return found.has(0) ? 'fields' : 'all';
}

function conditionsIn(rules: readonly PermissionRule[]): string {
  const conditional = rules
    .filter(({ conditions }) => conditions !== undefined)
    .map(({ conditions, fields = [], inverted = false }) => JSON.stringify([conditions, [...fields].sort(), inverted]));
  return conditional.sort().join('\n');
}
