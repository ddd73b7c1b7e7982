import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordIndexer } from '../store/record-table.ts';
import { accountIndexer } from './account-indexer.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { OwnFacility } from './own-facility.ts';
import { TravellingAccounts, type TravellingAccountsOptions } from './travelling-accounts.ts';

/** Who the node is to others that seal passwords to it. */
export type TravellingIdentity = {
  readonly identity: { openingKeys(): readonly SealKeys[]; sealKeys(): SealKeys };
  readonly facility: OwnFacility;
  readonly clock: Clock;
};

/** The accounts that travel, in two steps: the store takes `indexer` when it is made, and `service` the store. */
export function createTravelling({ identity, facility, clock }: TravellingIdentity): {
  readonly indexer: RecordIndexer;
  readonly service: (
    parts: Pick<TravellingAccountsOptions, 'store' | 'onSettled' | 'log'> & { readonly audit: AuditTrail },
  ) => TravellingAccounts;
} {
  const later: { audit?: AuditTrail; travelling?: TravellingAccounts } = {};
  const indexer = accountIndexer({
    ...{ clock, openingKeys: () => identity.openingKeys(), facilityId: () => facility.recordId() },
    note: (entry) => later.audit?.append({ kind: 'daemon' }, entry),
    onTouched: () => later.travelling?.touched(),
  });
  const service = ({ audit, ...parts }: Parameters<ReturnType<typeof createTravelling>['service']>[0]) => {
    const travelling = new TravellingAccounts({
      ...{ ...parts, facility, ownKey: () => toHex(identity.sealKeys().publicKey) },
    });
    Object.assign(later, { audit, travelling });
    return travelling;
  };
  return { indexer, service };
}
