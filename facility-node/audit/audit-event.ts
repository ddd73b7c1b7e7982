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
