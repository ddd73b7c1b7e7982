import type { RegisterStamp } from '@santehaggui/protocols/journal/merge.ts';
import { namedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import { staffAccount } from '@santehaggui/protocols/records/staff-account.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import type { OutboxEvent } from '../events/outbox-event.ts';
import type { HubDraft, HubOrigin } from '../registers/hub-origin-service.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { endCopies } from './ending-service.ts';
import { facilitiesOfRecords, facilityKeyOf, nodesOf, readHolders, removeHolder } from './holder-store.ts';
import { ACCOUNT_TYPE, accountRouteOf } from './routing-rules.ts';
import { affectedFacilities, distribute } from './routing-service.ts';

/** What following accounts takes. */
export type TravellingAccountsOptions = { readonly origin: HubOrigin; readonly clock: Clock };

/** Told in the transaction that gives a facility's node another key, or takes its node away. */
export type KeyChanged = (sql: Sql, facility: string) => Promise<void>;

/** Tells the outbox of it, where accounts are that others have too, or a key was told before. */
export function keyChanged({ bus, clock }: { readonly bus: EmbeddedBus; readonly clock: Clock }): KeyChanged {
  return async (sql, facility) => {
    const record = await concernedRecord(sql, facility);
    if (record !== undefined) await bus.publish(sql, [{ facility, records: [record] }], new Date(clock.now()));
  };
}

const NODE_KEY = String(facilityType.fields.nodeKey.number);

/** The record of a facility whose node's key concerns others: accounts are there that others have too, or a key was told before. */
async function concernedRecord(sql: Sql, facility: string): Promise<string | undefined> {
  const known = await facilityKeyOf(sql, facility);
  if (known === undefined) return undefined;
  const register = new Register(sql, facility);
  const own = (await register.records([known.recordId])).get(known.recordId);
  const isConcerned = own?.fields[NODE_KEY] !== undefined || (await register.hasOfType(ACCOUNT_TYPE));
  return isConcerned ? known.recordId : undefined;
}

/**
 * What follows from accounts that travel (docs/protocol.md 13.6): their copies end where they are valid no longer, and the facilities where
 * they are learn the keys of each other's nodes, which passwords are sealed to.
 */
export class TravellingAccountsService {
  readonly #options: TravellingAccountsOptions;

  constructor(options: TravellingAccountsOptions) {
    this.#options = options;
  }

  /** For the outbox. */
  async follow(sql: Sql, events: readonly OutboxEvent[]): Promise<void> {
    for (const { facility, records } of events) {
      for (const row of (await new Register(sql, facility).records(records)).values()) {
        if (row.type === ACCOUNT_TYPE) await this.#account(sql, facility, row);
        else if (row.type === facilityType.number && row.id === (await concernedRecord(sql, facility)))
          await this.#tellKey(sql, facility);
      }
    }
  }

  async #account(sql: Sql, from: string, { id, fields }: RecordRow): Promise<void> {
    const { home, destinations } = accountRouteOf(namedFields(staffAccount, fields));
    const codes = await facilitiesOfRecords(sql, [...(home === null ? [] : [home]), ...destinations]);
    if (home === null || codes.get(home) !== from) return;
    const valid = new Set(codes.values());
    const holders = (await readHolders(sql, [id])).get(id) ?? new Set();
    for (const facility of [...holders.difference(valid)].sort()) await this.#end(sql, facility, id);
    // Who works in one place alone needs no keys.
    if (valid.size > 1) for (const code of [...valid].sort()) await this.#tellKey(sql, code);
  }

  async #end(sql: Sql, facility: string, record: string): Promise<void> {
    const { origin, clock } = this.#options;
    await lockFacilities(sql, [facility]);
    const { present: node } = await nodesOf(sql, facility);
    if (node === null) return removeHolder(sql, facility, [record]);
    await endCopies({ sql, origin, facility, node, records: [record], nowMs: clock.now() });
  }

  /** Writes a node's key into the record of its facility, for whoever holds that; nothing where it stands there already. */
  async #tellKey(sql: Sql, code: string): Promise<void> {
    const { origin, clock } = this.#options;
    const known = await facilityKeyOf(sql, code);
    if (known === undefined) return;
    const record = (await new Register(sql, REGISTRY).records([known.recordId])).get(known.recordId);
    if (record === undefined || (record.fields[NODE_KEY] ?? null) === known.nodeKey) return;
    const base = (record.stamps[NODE_KEY] as RegisterStamp | undefined)?.stamp ?? null;
    const writes = { [NODE_KEY]: { kind: 'register', value: known.nodeKey, base, authorised: true } } as const;
    const drafts: HubDraft[] = [{ kind: 'patch', recordType: facilityType.number, recordId: known.recordId, writes }];
    const nowMs = clock.now();
    const completed = await origin.append({ sql, drafts, nowMs });
    const changes = completed.map(({ change }) => change);
    await lockFacilities(sql, await affectedFacilities(sql, REGISTRY, changes));
    await distribute({ sql, from: REGISTRY, completed, receivedAt: new Date(nowMs) });
  }
}
