import { createMongoAbility, type MongoAbility, mongoQueryMatcher } from '@casl/ability';
import type { NamedFields } from '../records/catalogue.ts';
import { type Action, actionsOf, type PermissionRule, type Subject, subjectsOf } from './permission-rule.ts';

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

/** What of the attributes is known before anything that is acted on is looked at. */
export type Circumstances = Pick<Attributes, 'purpose' | 'time'>;

const CIRCUMSTANCES: readonly string[] = ['purpose', 'time'] satisfies readonly (keyof Circumstances)[];

/** Which fields one may see or write: all, or those that `has` says. */
export type FieldScope = 'all' | { readonly has: (field: string) => boolean };

/**
 * A thing of a type, as CASL looks at it: the query of a rule reads `record.status` as the field `status` of `record`. Each attribute is
 * asked only when a rule reads it. A class: of an object literal with getters V8 makes a new shape each time, which keeps the record
 * until the next full collection (3 kB for each record judged).
 */
class Thing implements Attributes {
  readonly subject: Subject;
  readonly attributes: Attributes;

  constructor(subject: Subject, attributes: Attributes) {
    this.subject = subject;
    this.attributes = attributes;
  }

  get facility(): Attributes['facility'] {
    return this.attributes.facility;
  }
  get author(): Attributes['author'] {
    return this.attributes.author;
  }
  get careRelation(): boolean {
    return this.attributes.careRelation;
  }
  get purpose(): string {
    return this.attributes.purpose;
  }
  get time(): string {
    return this.attributes.time;
  }
  get record(): NamedFields {
    return this.attributes.record;
  }
}

/** What rules let somebody do. Whoever has no rule that lets may nothing; a rule that forbids prevails wherever it stands. */
export class PermissionAbility {
  readonly rules: readonly PermissionRule[];
  readonly #ability: MongoAbility;
  readonly #gates: ReadonlyMap<PermissionRule, (circumstances: Circumstances) => boolean>;
  /** The rules of an action on a subject, as far as somebody has asked. */
  readonly #about = new Map<string, readonly PermissionRule[]>();

  constructor(rules: readonly PermissionRule[]) {
    // Of rules that match, CASL asks the last.
    const permits = rules.filter(({ inverted }) => inverted !== true);
    const denials = rules.filter(({ inverted }) => inverted === true);
    this.rules = [...permits, ...denials];
    this.#gates = new Map(this.rules.flatMap((rule) => gateOf(rule) ?? []));
    this.#ability = createMongoAbility(this.rules.map(castRule), {
      detectSubjectType: (thing) => (thing as unknown as Thing).subject,
    });
  }

  /** Whether there may be anything of that subject that the action is let on, as things are: what a route or a button asks. */
  may(action: Action, subject: Subject, circumstances: Circumstances): boolean {
    const matching = this.#rulesAbout(action, subject).filter((rule) => this.#gates.get(rule)?.(circumstances) ?? true);
    return matching.some(({ inverted }) => inverted !== true) && !matching.some(isWithoutException);
  }

  /** Whether the action is let on this very thing, in one field or in any. */
  allows(action: Action, subject: Subject, attributes: Attributes, field?: string): boolean {
    return this.#ability.can(action, new Thing(subject, attributes), field);
  }

  /** In which fields the action is let on this very thing; undefined when it is not let at all. */
  scope(action: Action, subject: Subject, attributes: Attributes): FieldScope | undefined {
    if (!this.allows(action, subject, attributes)) return undefined;
    const isPerField = this.#ability.possibleRulesFor(action, subject).some(({ fields }) => fields !== undefined);
    if (!isPerField) return 'all';
    return { has: (field) => this.allows(action, subject, attributes, field) };
  }

  #rulesAbout(action: Action, subject: Subject): readonly PermissionRule[] {
    const key = `${action} ${subject}`;
    const known = this.#about.get(key);
    if (known !== undefined) return known;
    const found = this.rules.filter((rule) => actionsOf(rule).includes(action) && subjectsOf(rule).includes(subject));
    this.#about.set(key, found);
    return found;
  }
}

/** A rule that forbids all of its subject as soon as the circumstances are given. */
function isWithoutException({ inverted, fields, conditions = {} }: PermissionRule): boolean {
  return (
    inverted === true && fields === undefined && Object.keys(conditions).every((name) => CIRCUMSTANCES.includes(name))
  );
}

function gateOf(
  rule: PermissionRule,
): readonly [readonly [PermissionRule, (circumstances: Circumstances) => boolean]] | undefined {
  const known = Object.entries(rule.conditions ?? {}).filter(([name]) => CIRCUMSTANCES.includes(name));
  if (known.length === 0) return undefined;
  const matches = mongoQueryMatcher<Circumstances>(Object.fromEntries(known));
  return [[rule, (circumstances) => matches(circumstances)]];
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
