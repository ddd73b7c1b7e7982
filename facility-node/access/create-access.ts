import type { PermissionOptions } from './permission-service.ts';
import { PermissionService } from './permission-service.ts';
import { RecordAccess, type RecordAccessOptions } from './record-access.ts';

/** The layer of rights of a node, with the rules that hold there. */
export function createAccess(parts: Omit<RecordAccessOptions, 'permissions'> & PermissionOptions): RecordAccess {
  return new RecordAccess({ ...parts, permissions: new PermissionService(parts) });
}
