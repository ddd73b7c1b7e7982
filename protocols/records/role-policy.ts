import { field, recordType } from './record-type.ts';

/**
 * What one role may do in all facilities of a hub, or in those of a district, as rules (`protocols/permissions/permission-rule.ts`). The hub
 * alone writes it; each edition is a change, and the editions before it stay in the journals.
 */
export const rolePolicy = recordType({
  number: 14,
  name: 'rolePolicy',
  plural: 'role-policies',
  fhirType: 'Basic',
  version: 1,
  label: ['Droits d’une fonction', 'Permissions of a role'],
  fields: {
    role: field(1, 'code', {
      authorised: ['system'],
      merge: 'once',
      required: true,
      label: ['Fonction', 'Role'],
      system: 'https://santehaggui.org/codes/role',
    }),
    /** As in the facility's record; without it for all. That of the district prevails. */
    district: field(2, 'text', { authorised: ['system'], merge: 'once', label: ['District sanitaire', 'District'] }),
    /** JSON: `permissionRules`; without it those of `presetRules`. */
    rules: field(3, 'text', { authorised: ['system'], label: ['Règles', 'Rules'] }),
    /** JSON: `permissionRules`: the most that a facility may give; without it that of `presetCeiling`. */
    ceiling: field(4, 'text', { authorised: ['system'], label: ['Plafond', 'Ceiling'] }),
    /** Raised by one with each edition. */
    edition: field(5, 'integer', { authorised: ['system'], min: 1, label: ['Édition', 'Edition'] }),
    /** Why, in the words of who edited it. */
    reason: field(6, 'text', { authorised: ['system'], label: ['Motif', 'Reason'] }),
  },
});
