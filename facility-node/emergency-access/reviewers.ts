import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import type { RecordAccess } from '../access/record-access.ts';

/** The roles that may say of somebody else's access what it was. */
export function reviewers({ permissions }: RecordAccess): readonly Role[] {
  return ROLES.filter((role) => {
    const attributes = {
      ...({ facility: 'own', author: 'other', careRelation: false, record: {} } as const),
      ...permissions.circumstancesOf({ role }),
    };
    return permissions.abilityOf(role).allows('update', 'emergencyAccess', attributes, 'review');
  });
}
