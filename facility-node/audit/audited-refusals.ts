import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';

/** Where the carriers note the frames that they refuse: one entry for each source and hour in the audit trail. */
export function auditedRefusals({
  audit,
  clock,
  log,
}: {
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Log;
}): RefusedFrames {
  return new RefusedFrames({
    clock,
    log,
    recordRefusal: ({ carrier, source, code }) =>
      audit.append(
        { kind: 'daemon' },
        {
          action: 'import',
          recordType: 'frame',
          decision: 'deny',
          purpose: 'SYSADMIN',
          detail: { carrier, source, code },
        },
      ),
  });
}
