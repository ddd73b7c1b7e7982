import { createMongoAbility, type MongoAbility } from '@casl/ability';
import type { NamedFields } from '../records/catalogue.ts';
import type { Action, PermissionRule, Subject } from './permission-rule.ts';

/**
 * What the conditions of rules look at in one thing that is acted on (`permission-rule.ts`). What costs something to find out may be a
 * getter: it is asked only where a rule asks.
 */
export type Attributes = {
  readonly facility: 'own' | 'other';
  readonly author: 'self' | 'other';
  readonly careRelation: boolean;
  readonly purpose: string;
  readonly time: string;
  readonly record: NamedFields;
};

/** Which fields one may see or write: all, or those that `has` says. */
export type FieldScope = 'all' | { readonly has: (field: string) => boolean };

/** A thing of a type, as CASL looks at it. */
type Thing = { readonly subject: Subject; readonly attributes: Attributes };

/** What rules let somebody do. Whoever has no rule that lets may nothing; a rule that forbids prevails wherever it stands. */
export class PermissionAbility {
  readonly rules: readonly PermissionRule[];
  readonly #ability: MongoAbility;

  constructor(rules: readonly PermissionRule[]) {
    // Of rules that match, CASL asks the last.
    const permits = rules.filter(({ inverted }) => inverted !== true);
    const denials = rules.filter(({ inverted }) => inverted === true);
    this.rules = [...permits, ...denials];
    this.#ability = createMongoAbility(this.rules.map(castRule), {
      detectSubjectType: (thing) => (thing as unknown as Thing).subject,
    });
  }

  /** Whether there is anything of that subject that the action could be let on: what a route or a button asks. */
  may(action: Action, subject: Subject): boolean {
    return this.#ability.can(action, subject);
  }

  /** Whether the action is let on this very thing, in one field or in any. */
  allows(action: Action, subject: Subject, attributes: Attributes, field?: string): boolean {
    return this.#ability.can(action, thingOf(subject, attributes), field);
  }

  /** In which fields the action is let on this very thing; undefined when it is not let at all. */
  scope(action: Action, subject: Subject, attributes: Attributes): FieldScope | undefined {
    if (!this.allows(action, subject, attributes)) return undefined;
    const isPerField = this.#ability.possibleRulesFor(action, subject).some(({ fields }) => fields !== undefined);
    if (!isPerField) return 'all';
    return { has: (field) => this.allows(action, subject, attributes, field) };
  }
}

/** The query of a rule reads `record.status` as the field `status` of `record`. */
function thingOf(subject: Subject, attributes: Attributes): Thing & Record<string, unknown> {
  return Object.create(attributes, { subject: { value: subject } }) as Thing & Record<string, unknown>;
}

function castRule({ action, subject, fields, conditions, inverted }: PermissionRule) {
  return {
    action: [action].flat(),
    subject: [subject].flat(),
    ...(fields === undefined ? {} : { fields }),
    ...(conditions === undefined ? {} : { conditions }),
    ...(inverted === undefined ? {} : { inverted }),
  };
}
