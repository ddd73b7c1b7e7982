import { field, MANAGERS, recordType } from './record-type.ts';

/**
 * What a facility's administrator adds to the permissions of one role there, and takes from them, within the ceiling of the hub's
 * `rolePolicy`. One record a role; each edition is a change, and the editions before it stay in the journal.
 */
export const facilityRights = recordType({
  number: 15,
  name: 'facilityRights',
  plural: 'facility-rights',
  fhirType: 'Basic',
  version: 1,
  label: ['Droits propres à l’établissement', 'Permissions of the facility’s own'],
  fields: {
    role: field(1, 'code', {
      authorised: MANAGERS,
      merge: 'once',
      required: true,
      label: ['Fonction', 'Role'],
      system: 'https://santehaggui.org/codes/role',
    }),
    /** JSON: `permissionRules`. */
    rules: field(2, 'text', { authorised: MANAGERS, label: ['Règles', 'Rules'] }),
    /** Raised by one with each edition. */
    edition: field(3, 'integer', { authorised: MANAGERS, min: 1, label: ['Édition', 'Edition'] }),
    /** Why, in the words of who edited it. */
    reason: field(4, 'text', { authorised: MANAGERS, label: ['Motif', 'Reason'] }),
  },
});
