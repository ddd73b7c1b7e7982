import { leafHash } from '../crypto/merkle-tree.ts';

/** What an audit entry says, as it is stored; `at` in milliseconds since 1970, `detail` JSON. */
export type AuditFacts = {
  readonly at: number;
  readonly login: string | null;
  readonly practitionerId: string | null;
  readonly role: string | null;
  readonly action: string;
  readonly recordType: string | null;
  readonly recordId: string | null;
  readonly patientId: string | null;
  readonly purpose: string;
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
  readonly decision: string;
  readonly detail: string | null;
};

/**
 * The text that the tree commits to: a JSON array of a label, the entry's number (from 1) and its facts in a fixed order. The same
 * entry always gives the same text, and no two entries give one.
 */
export function auditEntryText(number: number, facts: AuditFacts): string {
  const { at, login, practitionerId, role, action, recordType, recordId, patientId } = facts;
  const { purpose, requestId, sourceAddress, decision, detail } = facts;
  const who = [login, practitionerId, role];
  const what = [action, recordType, recordId, patientId, purpose];
  return JSON.stringify(['SH-audit-1', number, at, ...who, ...what, requestId, sourceAddress, decision, detail]);
}

/** The entry's leaf in the tree of RFC 6962; entry 1 is leaf 0. */
export function auditLeaf(number: number, facts: AuditFacts): Uint8Array {
  return leafHash(auditEntryText(number, facts));
}
