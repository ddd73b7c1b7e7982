import { EmergencyGrants } from '../store/emergency-grants.ts';
import { type PermissionOptions, PermissionService } from './permission-service.ts';
import { RecordAccess, type RecordAccessOptions } from './record-access.ts';

/** The layer of rights of a node, with the rules that hold there and what is open in an emergency. */
export function createAccess(
  parts: Omit<RecordAccessOptions, 'permissions' | 'grants'> & Omit<PermissionOptions, 'grants'>,
): RecordAccess {
  const grants = new EmergencyGrants(parts);
  return new RecordAccess({ ...parts, grants, permissions: new PermissionService({ ...parts, grants }) });
}
