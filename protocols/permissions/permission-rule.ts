import { z } from 'zod';
import { RECORD_TYPES } from '../records/catalogue.ts';

/** What a rule may let somebody do, or forbid. */
export const ACTIONS = ['read', 'create', 'update', 'export', 'import'] as const;

/** One of {@link ACTIONS}. */
export type Action = (typeof ACTIONS)[number];

/** What is acted on and is no record type: see {@link Subject}. */
export const OTHER_SUBJECTS = ['conflict', 'records', 'report', 'device', 'account', 'audit'] as const;

/**
 * What is acted on: a record type of the catalogue by its name, or `conflict` (those in records whose type one may act on, too),
 * `records` (all of them, in bulk), `report` (counts without names), `device` (the tablets and phones that staff work on),
 * `account` (who may sign in), `audit` (who did what, to whose record).
 */
export type Subject =
  | 'patient'
  | 'practitioner'
  | 'facility'
  | 'encounter'
  | 'observation'
  | 'condition'
  | 'allergyIntolerance'
  | 'medicationRequest'
  | 'immunization'
  | 'referral'
  | 'aggregateReport'
  | 'consent'
  | 'alert'
  | 'rolePolicy'
  | 'facilityRights'
  | 'emergencyAccess'
  | 'documentReference'
  | (typeof OTHER_SUBJECTS)[number];

/** All subjects: the record types in the order of the catalogue but for those that nobody is shown, then the others. */
export const SUBJECTS: readonly Subject[] = [
  ...RECORD_TYPES.filter(({ isSecret }) => isSecret !== true).map(({ name }) => name as Subject),
  ...OTHER_SUBJECTS,
];

/** What the conditions of a rule may look at, besides `record.<field>`. */
export const ATTRIBUTES = ['facility', 'author', 'careRelation', 'purpose', 'time'] as const;

const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
const comparable = z.union([z.string().max(200), z.number()]);
const operators = z
  .strictObject({
    $eq: scalar.optional(),
    $ne: scalar.optional(),
    $in: z.array(scalar).min(1).max(50).optional(),
    $nin: z.array(scalar).min(1).max(50).optional(),
    $lt: comparable.optional(),
    $lte: comparable.optional(),
    $gt: comparable.optional(),
    $gte: comparable.optional(),
    $exists: z.boolean().optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'un opérateur est attendu');

/**
 * Conditions of a rule, all of which must hold (a MongoDB query without its logical operators):
 *
 * | attribute | value |
 * |---|---|
 * | `facility` | `own` where a node of this facility made the record, its present one or a former, else `other` |
 * | `author` | `self` where the caller made the record, else `other` |
 * | `careRelation` | whether the caller has to do with the patient: see docs/protocol.md 12.4 |
 * | `purpose` | what for (v3-PurposeOfUse): `TREAT`, in emergency access `ETREAT` |
 * | `time` | hour and minute where the facility is, `HH:MM` |
 * | `record.<field>` | a value of the record |
 */
export const ruleConditions = z
  .record(z.string().max(80), z.union([scalar, operators]))
  .refine((given) => Object.keys(given).length > 0, 'au moins une condition est attendue')
  .superRefine((given, { addIssue }) => {
    for (const name of Object.keys(given)) {
      if ((ATTRIBUTES as readonly string[]).includes(name) || /^record\.[a-z]\w*$/i.test(name)) continue;
      addIssue({ code: 'custom', path: [name], message: 'attribut inconnu' });
    }
  });

/** See {@link ruleConditions}. */
export type RuleConditions = z.infer<typeof ruleConditions>;

const oneOrMore = <Value extends string>(values: readonly Value[]) => {
  const one = z.enum(values as [Value, ...Value[]]);
  return z.union([one, z.array(one).min(1).max(40)]);
};

/**
 * One rule, in the form of CASL's raw rules: lets (or, `inverted`, forbids) actions on subjects, in all fields or in some, always or
 * under conditions. A rule that forbids prevails over all that let, wherever it stands.
 */
export const permissionRule = z
  .strictObject({
    action: oneOrMore(ACTIONS),
    subject: oneOrMore(SUBJECTS),
    fields: z
      .array(z.string().regex(/^[a-z]\w{0,59}$/i, 'un nom de champ est attendu'))
      .min(1)
      .max(80)
      .optional(),
    conditions: ruleConditions.optional(),
    inverted: z.boolean().optional(),
    /** Why, in the words of who wrote it. */
    reason: z.string().trim().min(1).max(200).optional(),
  })
  .superRefine(({ subject, fields = [] }, { addIssue }) => {
    const types = [subject].flat().map((name) => RECORD_TYPES.find((type) => type.name === name));
    for (const [index, field] of fields.entries()) {
      if (types.some((type) => type?.fields[field] !== undefined)) continue;
      addIssue({ code: 'custom', path: ['fields', index], message: `aucun de ces sujets n’a le champ ${field}` });
    }
  });

/** See {@link permissionRule}. */
export type PermissionRule = z.infer<typeof permissionRule>;

/** The rules of one role; enough for any, and small enough to travel. */
export const permissionRules = z.array(permissionRule).max(200);

/** The actions of a rule. */
export function actionsOf({ action }: PermissionRule): readonly Action[] {
  return [action].flat();
}

/** The subjects of a rule. */
export function subjectsOf({ subject }: PermissionRule): readonly Subject[] {
  return [subject].flat();
}

/** Rules as stored. `isWhole` is false where something was not understood: by a release of another age, or because it is damaged. */
export type ReadRules = { readonly rules: readonly PermissionRule[]; readonly isWhole: boolean };

/**
 * Reads stored rules one by one, so that what this release does not understand never lets anybody do more: a rule that lets and is not
 * understood is left out, one that forbids is taken without the conditions and fields that are not. Undefined for what are no rules at all.
 */
export function readRules(text: string): ReadRules | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const read = parsed.map((rule: unknown) => ({ ...readRule(rule) }));
  return { rules: read.flatMap(({ rules }) => rules), isWhole: read.every(({ isWhole }) => isWhole) };
}

function readRule(rule: unknown): ReadRules {
  const whole = permissionRule.safeParse(rule);
  if (whole.success) return { rules: [whole.data], isWhole: true };
  const { inverted, action, subject } = (typeof rule === 'object' && rule !== null ? rule : {}) as Record<
    string,
    unknown
  >;
  if (inverted !== true) return { rules: [], isWhole: false };
  const actions = known(ACTIONS, action);
  const subjects = known(SUBJECTS, subject);
  if (actions.length === 0 || subjects.length === 0) return { rules: [], isWhole: false };
  return { rules: [{ action: actions, subject: subjects, inverted: true }], isWhole: false };
}

function known<Value extends string>(values: readonly Value[], given: unknown): Value[] {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  return values.filter((value) => names.includes(value));
}
