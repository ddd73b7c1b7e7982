import type { ChangesCodec } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AttachmentsService } from '../attachments/attachments-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { ProofsService } from '../proof/proofs-service.ts';
import type { RestorationService } from '../restoration/restoration-service.ts';
import type { FeedService } from '../routing/feed-service.ts';
import type { LoadService } from '../routing/load-service.ts';
import type { WitnessService } from '../witness/witness-service.ts';
import type { HelloCounter } from './hello-counter.ts';
import type { IngestService } from './ingest-service.ts';
import type { LineageService } from './lineage-service.ts';
import type { FormerNodes, LinkedNode } from './linked-node.ts';
import type { OfferService } from './offer-service.ts';
import type { RepairService } from './repair-service.ts';

/** What sessions need of the hub. */
export type SessionServices = {
  readonly findNode: (node: number) => Promise<LinkedNode | undefined>;
  /** Nodes that were revoked. */
  readonly former: Pick<FormerNodes, 'find'>;
  readonly ingest: IngestService;
  readonly lineage: LineageService;
  readonly feed: FeedService;
  readonly loads: LoadService;
  readonly restoration: RestorationService;
  readonly offers: OfferService;
  readonly repairs: RepairService;
  readonly proofs: ProofsService;
  readonly witness: WitnessService;
  readonly attachments: AttachmentsService;
  readonly database: HubDatabase;
  readonly hellos: HelloCounter;
  readonly codec: ChangesCodec;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusedFrames;
};
