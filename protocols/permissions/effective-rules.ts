import type { Role } from '../records/record-type.ts';
import { presetCeiling, presetRules } from './permission-presets.ts';
import { actionsOf, type PermissionRule, type RuleConditions, readRules, subjectsOf } from './permission-rule.ts';

/** What the hub has set for a role (`rolePolicy`); each as stored, undefined where it has set nothing. */
export type PolicyTexts = { readonly rules: string | undefined; readonly ceiling: string | undefined };

/** What applies to a role at one facility. */
export type EffectiveRules = {
  readonly rules: readonly PermissionRule[];
  /** Rules of the facility that go beyond what the hub lets it give, and so have no effect. */
  readonly beyond: readonly PermissionRule[];
  /** Everything stored was understood. */
  readonly isWhole: boolean;
};

/**
 * What applies to a role: the hub's rules (the preset where it has set none), and the facility's own: those that forbid always, those that
 * let as far as the ceiling goes. What the ceiling forbids is forbidden. Where stored rules cannot be read at all, nothing is let.
 */
export function effectiveRules(
  role: Role,
  { policy, facility }: { readonly policy: PolicyTexts | undefined; readonly facility: string | undefined },
): EffectiveRules {
  const base = stored(policy?.rules, presetRules(role));
  const ceiling = stored(policy?.ceiling, presetCeiling(role));
  const own = stored(facility, []);
  if (base === undefined || ceiling === undefined || own === undefined)
    return { rules: [], beyond: [], isWhole: false };
  const given = own.rules.filter(({ inverted }) => inverted !== true);
  const within = given.filter((rule) => isWithin(rule, ceiling.rules));
  const denials = [...own.rules, ...ceiling.rules].filter(({ inverted }) => inverted === true);
  return {
    rules: [...base.rules, ...within, ...denials],
    beyond: given.filter((rule) => !within.includes(rule)),
    isWhole: base.isWhole && ceiling.isWhole && own.isWhole,
  };
}

/** The most that a facility may give a role. Nothing where what is stored cannot be read. */
export function ceilingRules(role: Role, policy: PolicyTexts | undefined): readonly PermissionRule[] {
  return stored(policy?.ceiling, presetCeiling(role))?.rules ?? [];
}

/**
 * Whether a rule that lets gives nothing but what rules of the ceiling let: each of its actions and subjects is let by one of them, in no
 * fewer fields and under no more conditions. Conditions are compared as they are written.
 */
export function isWithin(rule: PermissionRule, ceiling: readonly PermissionRule[]): boolean {
  const permits = ceiling.filter(({ inverted }) => inverted !== true);
  return actionsOf(rule).every((action) =>
    subjectsOf(rule).every((subject) =>
      permits.some(
        (limit) =>
          actionsOf(limit).includes(action) &&
          subjectsOf(limit).includes(subject) &&
          areFieldsWithin(rule.fields, limit.fields) &&
          areConditionsWithin(rule.conditions, limit.conditions),
      ),
    ),
  );
}

function areFieldsWithin(fields: readonly string[] | undefined, limit: readonly string[] | undefined): boolean {
  return limit === undefined || (fields?.every((field) => limit.includes(field)) ?? false);
}

function areConditionsWithin(conditions: RuleConditions | undefined, limit: RuleConditions | undefined): boolean {
  return Object.entries(limit ?? {}).every(
    ([name, value]) => conditions !== undefined && JSON.stringify(conditions[name]) === JSON.stringify(value),
  );
}

function stored(
  text: string | undefined,
  otherwise: readonly PermissionRule[],
): Pick<EffectiveRules, 'rules' | 'isWhole'> | undefined {
  return text === undefined ? { rules: otherwise, isWhole: true } : readRules(text);
}
