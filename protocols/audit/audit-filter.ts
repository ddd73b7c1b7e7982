import type { AuditFilterQuery } from '../api/audit-api.ts';

/** What is looked for in a trail: all of what is given must hold. Moments in milliseconds since 1970, `until` exclusive. */
export type AuditFilter = {
  readonly login?: string | undefined;
  readonly patientId?: string | undefined;
  readonly recordId?: string | undefined;
  readonly action?: string | undefined;
  readonly decision?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
};

/** The filter that a request asks for. */
export function auditFilterOf(query: AuditFilterQuery): AuditFilter {
  const { login, patient, record, action, decision, since, until } = query;
  return {
    ...{ login: login?.toLowerCase(), patientId: patient, recordId: record, action, decision },
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  };
}
