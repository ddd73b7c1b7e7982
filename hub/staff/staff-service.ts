import type {
  HubStaffLine,
  HubStaffPage,
  hubStaffQuery,
  hubStaffRequest,
} from '@santehaggui/protocols/api/hub-staff-api.ts';
import type { RegisterStamp } from '@santehaggui/protocols/journal/merge.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { z } from 'zod';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { HubDraft, HubOrigin } from '../registers/hub-origin-service.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { deliver, holdersOf } from '../routing/delivery-service.ts';
import { codesOfFacilities, nodesOfFacility, type StaffRow, staffOf } from './staff-store.ts';

/** What the service is made of. */
export type StaffOptions = {
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  readonly clock: Clock;
  readonly log: Log;
};

type Known = { readonly row: RecordRow; readonly holders: readonly string[] };

const ACTIVE = String(practitioner.fields.active.number);

/** The staff of the facilities, of whom a hub's operator can shut anybody out, at every node at once. */
export class StaffService {
  readonly #options: StaffOptions;

  constructor(options: StaffOptions) {
    this.#options = options;
  }

  /** The staff whose home is a facility, a page at a time. Throws SH-N314 for a facility that is not registered. */
  list({ facility, cursor = '', limit }: z.infer<typeof hubStaffQuery>): Promise<HubStaffPage> {
    return this.#options.database.transaction(
      async (sql) => {
        const codes = await registered(sql, facility);
        const nodes = await nodesOfFacility(sql, facility);
        const found = await staffOf(sql, facility, { nodes, after: cursor, limit: limit + 1 });
        const items = found.slice(0, limit).map((row) => lineOf(row, facility, codes));
        const last = items.at(-1);
        return { items, ...(found.length > limit && last !== undefined ? { nextCursor: last.id } : {}) };
      },
      { isReadOnly: true },
    );
  }

  /**
   * Says of a practitioner that he or she is active or is not, at every node that has the record: each hears it at its next exchange, ends
   * the sessions and lets nobody sign in. False when it is so already. Throws SH-N314 for a facility that is not registered, SH-N315 for
   * somebody whom it does not know.
   */
  async setActive({ facility, id }: z.infer<typeof hubStaffRequest>, isActive: boolean): Promise<boolean> {
    const { database, origin, clock, log } = this.#options;
    const isChanged = await database.transaction(async (sql) => {
      await registered(sql, facility);
      const { row, holders } = await find(sql, facility, id);
      if ((row.fields[ACTIVE] ?? true) === isActive) return false;
      const base = (row.stamps[ACTIVE] as RegisterStamp | undefined)?.stamp ?? null;
      const writes = { [ACTIVE]: { kind: 'register', value: isActive, base, authorised: true } } as const;
      const drafts: HubDraft[] = [{ kind: 'patch', recordType: practitioner.number, recordId: id, writes }];
      const nowMs = clock.now();
      const changes = await origin.append({ sql, drafts, nowMs });
      for (const holder of holders) await deliver({ sql, facility: holder, changes, receivedAt: new Date(nowMs) });
      return true;
    });
    if (isChanged) log.warn('staff.active-set', { facility, practitioner: id, isActive });
    return isChanged;
  }
}

/** The codes of all facilities by their records, if that one is among them. */
async function registered(sql: Sql, facility: string): Promise<ReadonlyMap<string, string>> {
  const codes = new Map((await codesOfFacilities(sql)).map(({ code, recordId }) => [recordId, code]));
  if (![...codes.values()].includes(facility)) throw failHub('SH-N314', { why: facility });
  return codes;
}

/** A practitioner's record in a facility's register, and all who hold it, locked. */
async function find(sql: Sql, facility: string, id: string): Promise<Known> {
  const codes = new Set([facility, ...(await holdersOf(sql, id))]);
  await lockFacilities(sql, codes);
  const row = (await new Register(sql, facility).records([id])).get(id);
  if (row?.type !== practitioner.number) throw failHub('SH-N315', { why: id });
  return { row, holders: [...codes].sort() };
}

function lineOf(row: StaffRow, home: string, codes: ReadonlyMap<string, string>): HubStaffLine {
  const { id, familyName, givenName, role, active, places } = row;
  const name = [givenName, familyName].filter(Boolean).join(' ') || id;
  const others = places.flatMap((place) => codes.get(place) ?? []).sort();
  return { id, name, role, facilities: [home, ...others], active };
}
