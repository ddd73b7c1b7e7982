import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { AuditProofService } from '../audit/audit-proof-service.ts';
import { AuditService } from '../audit/audit-service.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { RecordStore } from '../store/record-store.ts';
import { AuditSearchService } from './audit-search-service.ts';

/** A node's trail: written, proven, read. */
export type AuditTrailParts = {
  readonly audit: AuditService;
  readonly proofs: AuditProofService;
  readonly search: AuditSearchService;
};

/** Puts the trail of a node together; it is signed with the node's own key. */
export function createAuditTrail({
  store,
  identity,
  clock,
}: {
  readonly store: RecordStore;
  readonly identity: IdentityKeeper;
  readonly clock: Clock;
}): AuditTrailParts {
  const audit = new AuditService({ db: store.db, clock });
  const { facility } = identity.current();
  const signer = () => {
    const { node, hub } = identity.current();
    return { node, keys: identity.signKeys(), hubKey: hub === null ? undefined : fromHex(hub.signKey) };
  };
  const proofs = new AuditProofService({ store, signer, facility: facility.code, clock });
  return { audit, proofs, search: new AuditSearchService({ store, audit, proofs, facility }) };
}
