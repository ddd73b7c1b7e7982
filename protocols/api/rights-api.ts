import { z } from 'zod';
import { permissionRules } from '../permissions/permission-rule.ts';
import { ROLES } from '../records/record-type.ts';

const REACHES = ['none', 'fields', 'conditions', 'all'] as const;

/** A role of staff: not that of the daemons. */
export const staffRole = z.enum(ROLES).exclude(['system']);

/** Whom an edition concerns: the accounts of a role that can sign in. */
const person = z.object({ login: z.string(), name: z.string() });

/** `GET /api/v1/roles`: one line a role. */
export const roleLine = z.object({
  role: z.enum(ROLES),
  words: z.string(),
  people: z.int(),
  /** Of the facility's own rules; 0 where it has none. */
  edition: z.int(),
  policyEdition: z.int(),
});
export type RoleLine = z.infer<typeof roleLine>;

/** One action on one subject: how far the hub's rules let it, how far it is let here, whether the facility may give it. */
export const gridCell = z.object({
  action: z.string(),
  words: z.string(),
  base: z.enum(REACHES),
  here: z.enum(REACHES),
  mayGive: z.boolean(),
});

/** `GET /api/v1/roles/:role`. */
export const roleRights = roleLine.extend({
  reason: z.string().nullable(),
  staff: z.array(person),
  /** What the hub lets the role do, or the preset. */
  base: permissionRules,
  ceiling: permissionRules,
  /** The facility's own rules, which an edition replaces. */
  own: permissionRules,
  /** Those of them that have no effect: the hub has lowered its ceiling since. */
  beyond: permissionRules,
  isWhole: z.boolean(),
  grid: z.array(
    z.object({
      subject: z.string(),
      words: z.string(),
      cells: z.array(gridCell),
      fields: z.array(z.object({ name: z.string(), words: z.string(), isRead: z.boolean() })),
    }),
  ),
  editions: z.array(
    z.object({ edition: z.int(), at: z.string(), by: z.string(), reason: z.string(), rules: permissionRules }),
  ),
});
export type RoleRights = z.infer<typeof roleRights>;

/** `POST /api/v1/roles/:role/preview`: the facility's rules as they would be. */
export const rightsPreviewRequest = z.strictObject({ rules: permissionRules });

/** What an edition would change, and for whom. */
export const rightsPreview = z.object({
  staff: z.array(person),
  changes: z.array(
    z.object({
      kind: z.enum(['gained', 'lost', 'changed']),
      action: z.string(),
      subject: z.string(),
      before: z.enum(REACHES),
      after: z.enum(REACHES),
      gainedFields: z.array(z.string()),
      lostFields: z.array(z.string()),
      words: z.string(),
    }),
  ),
});
export type RightsPreview = z.infer<typeof rightsPreview>;

/** `POST /api/v1/roles/:role/editions`; `edition`: the one that was read before. */
export const rightsEditionRequest = rightsPreviewRequest.extend({
  edition: z.int().min(0),
  reason: z.string().trim().min(3, 'dites pourquoi').max(200),
});

/** What is answered to it. */
export const rightsEdition = rightsPreview.extend({ edition: z.int() });
export type RightsEdition = z.infer<typeof rightsEdition>;
