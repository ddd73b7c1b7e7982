import type { AuditFacts } from '@santehaggui/protocols/audit/audit-entry.ts';
import type { AuditAction } from '../people/audit-trail.ts';

/** A row of `audit_event`; `at` in milliseconds since 1970. */
export type AuditEvent = Omit<AuditFacts, 'action' | 'decision' | 'detail'> & {
  readonly action: AuditAction;
  readonly decision: 'permit' | 'deny';
  readonly detail: Readonly<Record<string, unknown>> | null;
};

/** A row of `audit_event` with its number. */
export type NumberedAuditEvent = AuditEvent & { readonly id: number };

/** What is looked for: all of what is given must hold. Moments in milliseconds since 1970, `until` exclusive. */
export type AuditFilter = {
  readonly login?: string | undefined;
  readonly patientId?: string | undefined;
  readonly recordId?: string | undefined;
  readonly action?: string | undefined;
  readonly decision?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
};
