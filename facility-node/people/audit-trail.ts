import type { Caller } from './caller.ts';

/** What was done. */
export type AuditAction =
  | 'create'
  | 'read'
  | 'update'
  | 'delete'
  | 'search'
  | 'sign-in'
  | 'sign-out'
  | 'export'
  | 'import';

/** What an audit entry is about; what is left out is null, the purpose the caller's, the decision a permission. */
export type AuditEntry = {
  readonly action: AuditAction;
  /** Name of a record type, or what else was acted on. */
  readonly recordType?: string;
  readonly recordId?: string;
  /** Whose health it concerns. */
  readonly patientId?: string;
  /** FHIR R4 `AuditEvent.purposeOfEvent` (v3-PurposeOfUse); default the caller's, else `TREAT`. */
  readonly purpose?: string;
  readonly decision?: 'permit' | 'deny';
  /** Never a value of the record itself. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

/** Who an entry is about: whoever asked, or the daemon itself. */
export type AuditedCaller = Caller | { readonly kind: 'daemon' };

/** Where entries go; `audit/` keeps it. */
export type AuditTrail = {
  /** Appends one entry, in the transaction that is open on the connection, or alone. */
  append(caller: AuditedCaller, entry: AuditEntry): void;
};
