import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { AuditProofService } from '../audit/audit-proof-service.ts';
import { AuditService } from '../audit/audit-service.ts';
import { type WitnessOptions, WitnessService } from '../audit/witness-service.ts';
import { EmergencyGrants } from '../store/emergency-grants.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { RecordStore } from '../store/record-store.ts';
import { AuditSearchService } from './audit-search-service.ts';

/** A node's trail: written, proven, read. */
export type AuditTrailParts = {
  readonly audit: AuditService;
  readonly proofs: AuditProofService;
  readonly search: AuditSearchService;
  readonly witness: WitnessService;
};

/** Puts the trail of a node together; it is signed with the node's own key. */
export function createAuditTrail({
  store,
  identity,
  journal,
  ...parts
}: Pick<WitnessOptions, 'consentFaults' | 'clock' | 'log'> & {
  readonly journal: JournalStore;
  readonly store: RecordStore;
  readonly identity: IdentityKeeper;
}): AuditTrailParts {
  const { clock } = parts;
  const audit = new AuditService({ db: store.db, clock, emergencies: new EmergencyGrants({ store, clock }) });
  const { facility } = identity.current();
  const signer = () => {
    const { node, hub } = identity.current();
    return { node, keys: identity.signKeys(), hubKey: hub === null ? undefined : fromHex(hub.signKey) };
  };
  const proofs = new AuditProofService({ store, signer, facility: facility.code, clock });
  const generation = () => journal.syncState().feedGeneration;
  const witness = new WitnessService({ ...parts, generation, db: store.db, proofs, audit, signer });
  return { audit, proofs, witness, search: new AuditSearchService({ store, audit, proofs, facility }) };
}
