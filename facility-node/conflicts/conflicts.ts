import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import { OnceService } from '../resources/once-service.ts';
import { ResourcesService } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import { ConflictsService } from './conflicts-service.ts';

/** The review of conflicts outside the LAN API, which makes its own from the services that it has. */
export function createConflicts(parts: {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly clock: Clock;
}): ConflictsService {
  const once = new OnceService(parts);
  return new ConflictsService({ ...parts, once, resources: new ResourcesService({ ...parts, once }) });
}
