import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import type { ReplicaStatusService } from './replica-status-service.ts';

const count = z.int().min(0);

const replicaStatus = z.object({
  loading: z.object({ patients: count, loaded: count, secondsLeft: count.nullable() }).nullable(),
  proof: z
    .object({
      provenAt: z.string().nullable(),
      sequence: count.nullable(),
      mendedAt: z.string().nullable(),
      mendedRecords: count,
    })
    .nullable(),
});

/** Whether the hub still fills this node, and when both were proven to hold the same: a screen warns of what is not here yet. */
export function replicaRoutes(replica: ReplicaStatusService): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/replica',
      policy: { kind: 'signed-in' },
      summary:
        'Ce poste : combien de dossiers sont là pendant son chargement, et quand il a été prouvé identique au hub',
      tag: 'replica',
      responses: { 200: { description: 'L’état de ce poste', body: replicaStatus } },
      handler: () => ({ body: replica.status() }),
    }),
  ];
}
