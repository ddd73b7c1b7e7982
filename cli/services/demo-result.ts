import type { FacilityLine, ImportResult, SyncStatus, SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { ReferralCounts } from './demo-referrals.ts';

/** One node in the result of `haggui demo`. */
export type DemoNodeResult = {
  readonly facility: string;
  readonly recordedChanges: number;
  readonly changesAtHub: number;
  readonly converged: boolean;
  readonly digest: string;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly exchanges: number;
  readonly quarantined: number;
};

/** The object that `haggui demo --once --json` prints. */
export type DemoResult = {
  readonly ok: boolean;
  readonly days: number;
  readonly seed: number;
  readonly link: string;
  readonly seconds: number;
  readonly nodes: readonly DemoNodeResult[];
  readonly referrals: ReferralCounts;
  readonly sms: { readonly sent: number; readonly received: number; readonly segments: number };
  readonly alerts: readonly { readonly rule: string; readonly facility: string; readonly week: string }[];
  readonly import?: Pick<ImportResult, 'files' | 'resources' | 'refusals'>;
};

/** What one node and the hub say at the end. */
export type NodeEnd = {
  readonly status: SyncStatus;
  readonly verification: SyncVerification;
  readonly line: FacilityLine | undefined;
};

/** What one node recorded, sent, and what of it the hub holds. */
export function nodeResult({ status, verification, line }: NodeEnd): DemoNodeResult {
  return {
    facility: status.facility,
    recordedChanges: status.journalSequence,
    changesAtHub: line?.changes ?? 0,
    converged: verification.converged,
    digest: verification.digest,
    bytesSent: status.bytesSent,
    bytesReceived: status.bytesReceived,
    exchanges: status.exchanges,
    quarantined: status.quarantined,
  };
}

/** Whether the hub holds everything that the nodes recorded and every node verifies. */
export function isWhole(nodes: readonly DemoNodeResult[]): boolean {
  return nodes.length > 0 && nodes.every((node) => node.converged && node.recordedChanges === node.changesAtHub);
}
