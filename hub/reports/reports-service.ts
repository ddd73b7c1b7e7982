import type { ConsolidatedReport } from '@santehaggui/protocols/api/admin-api.ts';
import type { EmergencyTallies } from '@santehaggui/protocols/api/emergency-api.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { type FactSchema, readCases, readEmergencies, readFacilityWeeks } from './reports-store.ts';
import { weeklyReport } from './weekly-report.ts';

/** Which emergency accesses are counted: since when, as seen when, of which region; `isOfRegion`: by somebody who sees no other. */
export type EmergencyQuestion = {
  readonly since: Date;
  readonly now: Date;
  readonly region: string | null;
  readonly isOfRegion: boolean;
};

const RECENT_MS = 90 * 24 * 3600_000;

/** Reports over facilities, each read with the rights of the one role that may. */
export class ReportsService {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** The week of one region, read through that region's window, for those who act on each of its cases: exact. */
  regional(week: string, region: string): Promise<ConsolidatedReport> {
    return this.#database.report({ role: 'region_reader', region }, async (sql) =>
      weeklyReport({ week, region, isExact: true }, ...(await this.#read(sql, 'regional', week))),
    );
  }

  /**
   * The week of the nation, or of one region of it, read as the ministry, without small counts. It is always read whole:
   * what is hidden in a region is what is hidden there in the nation's report.
   */
  national(week: string, region: string | null): Promise<ConsolidatedReport> {
    return this.#database.report({ role: 'ministry' }, async (sql) =>
      weeklyReport({ week, region, isExact: false }, ...(await this.#read(sql, 'consolidated', week))),
    );
  }

  /** Emergency accesses since a moment, exact: of one region through its window, of all (null) as the ministry. */
  async emergencies(asked: EmergencyQuestion): Promise<EmergencyTallies> {
    const { region, isOfRegion, since } = asked;
    const reader =
      isOfRegion && region !== null ? ({ role: 'region_reader', region } as const) : { role: 'ministry' as const };
    const schema = isOfRegion ? 'regional' : 'consolidated';
    const facilities = await this.#database.report(reader, (sql) => readEmergencies(sql, schema, asked));
    return { since: since.toISOString(), facilities: [...facilities] };
  }

  /** Emergency accesses of the last 90 days at all facilities. */
  recentEmergencies(nowMs: number): Promise<EmergencyTallies> {
    return this.emergencies({
      since: new Date(nowMs - RECENT_MS),
      now: new Date(nowMs),
      region: null,
      isOfRegion: false,
    });
  }

  async #read(sql: Sql, schema: FactSchema, week: string) {
    return [await readFacilityWeeks(sql, schema, week), await readCases(sql, schema, week)] as const;
  }
}
