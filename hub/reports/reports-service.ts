import type { ConsolidatedReport } from '@santehaggui/protocols/api/admin-api.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { type FactSchema, readCases, readFacilityWeeks } from './reports-store.ts';
import { weeklyReport } from './weekly-report.ts';

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

  async #read(sql: Sql, schema: FactSchema, week: string) {
    return [await readFacilityWeeks(sql, schema, week), await readCases(sql, schema, week)] as const;
  }
}
