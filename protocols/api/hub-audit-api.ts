import { z } from 'zod';

/** `POST /v1/audit/settle` of a hub: a person has looked into what was found of a facility. */
export const settleRequest = z.strictObject({ facility: z.string().min(1).max(40) });

/** What is wrong and nobody has settled; `kind` as in docs/protocol.md, 11.5. */
export type AuditFindingLine = {
  readonly facility: string;
  readonly node: number;
  readonly kind: string;
  /** How much of the trail the hub had countersigned; of what is damaged, the first entry; of consents, how many faults. */
  readonly about: number;
  readonly foundAt: string;
};

/** `GET /v1/audit/findings` of a hub. */
export type AuditOverview = {
  readonly findings: readonly AuditFindingLine[];
  readonly nodes: readonly {
    readonly facility: string;
    readonly node: number;
    readonly entries: number;
    readonly countersignedAt: string;
  }[];
};
