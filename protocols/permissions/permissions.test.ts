import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECORD_TYPES } from '../records/catalogue.ts';
import { ROLES } from '../records/record-type.ts';
import { type Attributes, PermissionAbility } from './ability.ts';
import { effectiveRules, isWithin } from './effective-rules.ts';
import { presetCeiling, presetRules } from './permission-presets.ts';
import {
  ACTIONS,
  actionsOf,
  type PermissionRule,
  permissionRule,
  readRules,
  SUBJECTS,
  subjectsOf,
} from './permission-rule.ts';

const HERE: Attributes = {
  facility: 'own',
  author: 'other',
  careRelation: true,
  purpose: 'TREAT',
  time: '09:30',
  record: { status: 'closed', familyName: 'Dolo' },
};

const mayRead = (rules: readonly PermissionRule[], attributes: Partial<Attributes>, field?: string): boolean =>
  new PermissionAbility(rules).allows('read', 'patient', { ...HERE, ...attributes }, field);

/** Rules of a small world, in which they often meet. */
const anyRule: fc.Arbitrary<PermissionRule> = fc.record(
  {
    action: fc.constantFrom('read' as const, 'update' as const),
    subject: fc.constantFrom('patient' as const, 'referral' as const),
    fields: fc.subarray(['familyName', 'phone', 'status'], { minLength: 1 }),
    conditions: fc.record(
      { facility: fc.constantFrom('own', 'other'), careRelation: fc.boolean() },
      { requiredKeys: ['facility'] },
    ),
    inverted: fc.boolean(),
  },
  { requiredKeys: ['action', 'subject'] },
);

/** What the rules mean, written once more and without any library. */
function meaning(
  rules: readonly PermissionRule[],
  asked: { readonly action: string; readonly subject: string; readonly attributes: Attributes; readonly field: string },
): boolean {
  const { action, subject, attributes, field } = asked;
  const matching = rules.filter(
    (rule) =>
      (actionsOf(rule) as readonly string[]).includes(action) &&
      (subjectsOf(rule) as readonly string[]).includes(subject) &&
      (rule.fields?.includes(field) ?? true) &&
      Object.entries(rule.conditions ?? {}).every(([name, value]) => attributes[name as keyof Attributes] === value),
  );
  return matching.length > 0 && matching.every(({ inverted }) => inverted !== true);
}

describe('rules', () => {
  it('forbid whatever one of them forbids, in whichever order they stand', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyRule, { maxLength: 8 })
          .chain((rules) =>
            fc.tuple(
              fc.constant(rules),
              fc.shuffledSubarray(rules, { minLength: rules.length, maxLength: rules.length }),
            ),
          ),
        fc.record({
          action: fc.constantFrom('read' as const, 'update' as const),
          subject: fc.constantFrom('patient' as const, 'referral' as const),
          field: fc.constantFrom('familyName', 'phone', 'status'),
          facility: fc.constantFrom('own' as const, 'other' as const),
          careRelation: fc.boolean(),
        }),
        ([rules, shuffled], { action, subject, field, facility, careRelation }) => {
          const attributes = { ...HERE, facility, careRelation };
          const expected = meaning(rules, { action, subject, attributes, field });
          for (const order of [rules, shuffled])
            expect(new PermissionAbility(order).allows(action, subject, attributes, field)).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('look at every attribute: place, author, care relation, purpose, time of day and values', () => {
    const when = (conditions: PermissionRule['conditions']): PermissionRule[] => [
      { action: 'read', subject: 'patient', conditions },
    ];
    expect(mayRead(when({ facility: 'own' }), { facility: 'other' })).toBe(false);
    expect(mayRead(when({ author: 'self' }), {})).toBe(false);
    expect(mayRead(when({ author: 'self' }), { author: 'self' })).toBe(true);
    expect(mayRead(when({ careRelation: true }), { careRelation: false })).toBe(false);
    expect(mayRead(when({ purpose: { $in: ['TREAT', 'ETREAT'] } }), { purpose: 'HPAYMT' })).toBe(false);
    const day = when({ time: { $gte: '07:00', $lt: '19:00' } });
    for (const [time, isDay] of [
      ['06:59', false],
      ['07:00', true],
      ['18:59', true],
      ['19:00', false],
    ] as const)
      expect([time, mayRead(day, { time })]).toEqual([time, isDay]);
    expect(mayRead(when({ 'record.status': { $ne: 'closed' } }), {})).toBe(false);
    expect(mayRead(when({ 'record.nina': { $exists: false } }), {})).toBe(true);
  });

  it('ask what costs a look-up only where a rule asks', () => {
    let looks = 0;
    const attributes: Attributes = {
      ...HERE,
      get careRelation() {
        looks++;
        return true;
      },
    };
    const plain = new PermissionAbility(presetRules('nurse'));
    expect(plain.scope('read', 'patient', attributes)).toBe('all');
    expect(looks).toBe(0);
    new PermissionAbility([{ action: 'read', subject: 'patient', conditions: { careRelation: true } }]).allows(
      'read',
      'patient',
      attributes,
    );
    expect(looks).toBe(1);
  });

  it('give fields one by one, and an open door where at least one is given', () => {
    const ability = new PermissionAbility([
      { action: 'read', subject: 'patient' },
      { action: 'read', subject: 'patient', fields: ['nina'], inverted: true },
      { action: 'update', subject: 'patient', fields: ['phone'] },
    ]);
    const scope = ability.scope('read', 'patient', HERE);
    expect(scope !== 'all' && [scope?.has('nina'), scope?.has('familyName')]).toEqual([false, true]);
    expect(ability.may('update', 'patient', HERE)).toBe(true);
    expect(ability.allows('update', 'patient', HERE, 'familyName')).toBe(false);
    expect(ability.scope('create', 'patient', HERE)).toBeUndefined();
  });

  it('open a route only as far as purpose and time let, and close it where all of its subject is forbidden', () => {
    const may = (rules: readonly PermissionRule[], circumstances = HERE): boolean =>
      new PermissionAbility(rules).may('read', 'condition', circumstances);
    const emergency: PermissionRule = { action: 'read', subject: 'condition', conditions: { purpose: 'ETREAT' } };
    expect([may([emergency]), may([emergency], { ...HERE, purpose: 'ETREAT' })]).toEqual([false, true]);
    const any: PermissionRule = { action: 'read', subject: ['condition', 'patient'] };
    const night: PermissionRule = { ...any, inverted: true, conditions: { time: { $gte: '19:00' } } };
    expect([may([any, night]), may([any, night], { ...HERE, time: '19:00' })]).toEqual([true, false]);
    const foreign: PermissionRule = { ...any, inverted: true, conditions: { facility: 'other' } };
    const code: PermissionRule = { action: 'read', subject: 'condition', fields: ['code'], inverted: true };
    expect(may([any, foreign, code])).toBe(true);
    expect(may([any, { ...any, inverted: true }])).toBe(false);
  });

  it('are refused with an unknown field, condition, operator or action', () => {
    for (const wrong of [
      { action: 'read', subject: 'patient', fields: ['diagnosis'] },
      { action: 'read', subject: 'patient', conditions: { moon: 'full' } },
      { action: 'read', subject: 'patient', conditions: { purpose: { $regex: '.*' } } },
      { action: 'read', subject: 'patient', conditions: {} },
      { action: 'manage', subject: 'all' },
      { action: 'read', subject: 'patient', extra: true },
    ])
      expect(permissionRule.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });

  it('of another age never let more: what lets is left out, what forbids is taken without what is not understood', () => {
    const text = JSON.stringify([
      { action: 'read', subject: ['patient', 'hologram'] },
      { action: ['read', 'beam'], subject: 'condition', conditions: { moon: 'full' }, inverted: true },
      { action: 'read', subject: 'referral' },
    ]);
    expect(readRules(text)).toEqual({
      isWhole: false,
      rules: [
        { action: ['read'], subject: ['condition'], inverted: true },
        { action: 'read', subject: 'referral' },
      ],
    });
    for (const text of ['', '{}', 'null', '[', '"x"']) expect(readRules(text)).toBeUndefined();
  });
});

describe('presets', () => {
  it('name every subject there is, know every record type, and give the daemons nothing', () => {
    const spokenOf = RECORD_TYPES.filter(({ isSecret }) => isSecret !== true);
    expect(SUBJECTS.slice(0, spokenOf.length)).toEqual(spokenOf.map(({ name }) => name));
    const used = new Set(ROLES.flatMap((role) => presetRules(role).flatMap(subjectsOf)));
    expect(SUBJECTS.filter((subject) => !used.has(subject))).toEqual([]);
    expect(presetRules('system')).toEqual([]);
  });

  it('let no administrator of machines and no cashier see care, and nobody but the head take all records away', () => {
    const care = ['encounter', 'observation', 'condition', 'medicationRequest', 'immunization', 'referral'] as const;
    for (const role of ['it-officer', 'cashier', 'district-officer', 'registrar'] as const) {
      const ability = new PermissionAbility(presetRules(role));
      for (const subject of care)
        expect([role, subject, ACTIONS.some((action) => ability.may(action, subject, HERE))]).toEqual([
          role,
          subject,
          false,
        ]);
    }
    expect(ROLES.filter((role) => new PermissionAbility(presetRules(role)).may('export', 'records', HERE))).toEqual([
      'head',
    ]);
    expect(
      ROLES.filter((role) => new PermissionAbility(presetRules(role)).may('update', 'facilityRights', HERE)),
    ).toEqual(['head', 'it-officer']);
  });

  it('open care in an emergency to those who work with patients, and to nobody else', () => {
    const emergency = { ...HERE, purpose: 'ETREAT' };
    const opened = ROLES.filter((role) => {
      const ability = new PermissionAbility(presetRules(role));
      return ability.may('read', 'condition', emergency) && !ability.may('read', 'condition', HERE);
    });
    expect(opened).toEqual(['pharmacist', 'laboratory']);
  });

  it('stay within their ceilings', () => {
    for (const role of ROLES)
      for (const rule of presetRules(role)) expect([role, isWithin(rule, presetCeiling(role))]).toEqual([role, true]);
  });
});

describe('what applies to a role', () => {
  const granted: PermissionRule = { action: 'read', subject: 'condition' };
  const own = (rules: readonly PermissionRule[]): string => JSON.stringify(rules);

  it('is its preset until somebody sets something', () => {
    expect(effectiveRules('cashier', { policy: undefined, facility: undefined })).toEqual({
      rules: presetRules('cashier'),
      beyond: [],
      isWhole: true,
    });
  });

  it('is what the facility adds within the ceiling, and not what it adds beyond', () => {
    const within = effectiveRules('laboratory', { policy: undefined, facility: own([granted]) });
    expect(within.rules).toContainEqual(granted);
    const beyond = effectiveRules('cashier', { policy: undefined, facility: own([granted]) });
    expect([beyond.rules.includes(granted), beyond.beyond]).toEqual([false, [granted]]);
    const ceiling = own([{ action: 'read', subject: 'condition', fields: ['code'], conditions: { facility: 'own' } }]);
    const policy = { rules: undefined, ceiling };
    const narrow: PermissionRule = {
      ...granted,
      fields: ['code'],
      conditions: { facility: 'own', careRelation: true },
    };
    expect(effectiveRules('cashier', { policy, facility: own([narrow]) }).beyond).toEqual([]);
    for (const wide of [
      granted,
      { ...narrow, fields: ['code', 'recordedAt'] },
      { ...narrow, conditions: { facility: 'other' } },
    ])
      expect(effectiveRules('cashier', { policy, facility: own([wide]) }).beyond).toEqual([wide]);
  });

  it('is without what the hub’s ceiling or the facility forbids, whatever else is let', () => {
    const denial: PermissionRule = { action: 'read', subject: 'patient', fields: ['nina'], inverted: true };
    for (const given of [
      { policy: { rules: undefined, ceiling: own([denial]) }, facility: undefined },
      { policy: undefined, facility: own([denial]) },
      { policy: { rules: own([denial, ...presetRules('nurse')]), ceiling: undefined }, facility: undefined },
    ]) {
      const { rules } = effectiveRules('nurse', given);
      expect([mayRead(rules, {}, 'nina'), mayRead(rules, {}, 'phone')]).toEqual([false, true]);
    }
  });

  it('is nothing where what is stored cannot be read', () => {
    for (const damaged of [
      { policy: { rules: '[{', ceiling: undefined }, facility: undefined },
      { policy: { rules: undefined, ceiling: 'x' }, facility: undefined },
      { policy: undefined, facility: '{}' },
    ])
      expect(effectiveRules('nurse', damaged)).toEqual({ rules: [], beyond: [], isWhole: false });
  });
});
