import type { Change, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { OWNED_TYPES, type Writer } from '@santehaggui/protocols/journal/check-change.ts';
import { namedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { uuidText } from '@santehaggui/protocols/records/schema.ts';
import { staffAccount } from '@santehaggui/protocols/records/staff-account.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { giveRecords } from './delivery-service.ts';
import { appendHolders, facilitiesOfRecords, facilityKeyOf, nodesOf } from './holder-store.ts';
import { ACCOUNT_TYPE, accountRouteOf } from './routing-rules.ts';

/** Accounts of one facility's register that changed, in the transaction of `sql`, whose caller holds the facility's lock. */
export type AccountRouting = { readonly sql: Sql; readonly from: string; readonly receivedAt: Date };

/** Tells of a change whose node wrote it; undefined where anybody may write it. */
export type WriterOf = (change: RecordChange) => Writer | undefined;

/**
 * Who a facility's node is to those records that its changes touch of which not everything is every holder's to write
 * (`OWNED_TYPES`). What a change of the node creates is its own.
 */
export async function writersOf(sql: Sql, facility: string, changes: readonly Change[]): Promise<WriterOf> {
  const owned = changes.filter(isOwned);
  if (owned.length === 0) return () => undefined;
  const ids = [...new Set(owned.map(({ recordId }) => recordId))];
  const register = new Register(sql, facility);
  const { recordId: own = '' } = (await facilityKeyOf(sql, facility)) ?? {};
  const { all: nodes } = await nodesOf(sql, facility);
  const practitioners = new Map(owned.flatMap((change) => practitionerOf(change) ?? []));
  const creations = await register.creationsOf([...new Set([...ids, ...practitioners.values()])]);
  const [home, others] = [true, false].map(
    (isOwn) => new Set(creations.filter(({ node }) => nodes.includes(node) === isOwn).map(({ id }) => id)),
  ) as [Set<string>, Set<string>];
  const held = new Set(await register.heldAmong(ids));
  for (const { recordId } of owned.filter(({ isCreate }) => isCreate)) {
    home.add(recordId);
    held.add(recordId);
  }
  return (change) =>
    isOwned(change)
      ? {
          ...{ facility: own, isHome: home.has(change.recordId), isHolder: held.has(change.recordId) },
          isForOthersStaff: others.has(practitioners.get(change.recordId) ?? ''),
        }
      : undefined;
}

const PRACTITIONER = String(staffAccount.fields.practitioner.number);

/** An account that a change makes, and the practitioner that it is for. */
function practitionerOf({ recordType, recordId, isCreate, writes }: RecordChange): [string, string][] | undefined {
  const write = recordType === ACCOUNT_TYPE && isCreate ? writes[PRACTITIONER] : undefined;
  const isReference = write?.kind === 'register' && uuidText.safeParse(write.value).success;
  return isReference ? [[recordId, write.value as string]] : undefined;
}

function isOwned(change: Change): change is RecordChange {
  return change.kind === 'record' && OWNED_TYPES.has(change.recordType);
}

/**
 * Gives accounts to the facilities that their home says, each with the practitioner and the facilities that it names. Where an account is
 * valid no longer is looked at by `TravellingAccountsService`.
 */
export async function routeAccounts(
  { sql, from, receivedAt }: AccountRouting,
  accounts: readonly string[],
): Promise<void> {
  const register = new Register(sql, from);
  for (const { id, type, fields } of (await register.records(accounts)).values()) {
    if (type !== ACCOUNT_TYPE) continue;
    const { home, practitioner, destinations } = accountRouteOf(namedFields(staffAccount, fields));
    const codes = await facilitiesOfRecords(sql, [...(home === null ? [] : [home]), ...destinations]);
    // A guest's facility writes a password, and nothing of where that goes.
    if (home === null || codes.get(home) !== from) continue;
    const targets = destinations.flatMap((facility) => codes.get(facility) ?? []).filter((code) => code !== from);
    if (targets.length === 0) continue;
    const held = await register.heldAmong(practitioner === null ? [] : [practitioner]);
    const records = [...held, id];
    await appendHolders(
      sql,
      records.map((record) => ({ record, facility: from })),
    );
    await lockFacilities(sql, targets);
    for (const destination of [...targets].sort()) {
      await giveRecords({ sql, source: REGISTRY, destination, ids: [...codes.keys()], receivedAt });
      await giveRecords({ sql, source: from, destination, ids: records, receivedAt });
    }
  }
}
