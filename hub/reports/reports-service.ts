import type { ConsolidatedReport } from '@santehaggui/protocols/api/admin-api.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { type FactSchema, readCases, readFacilityWeeks } from './reports-store.ts';
import { weeklyReport } from './weekly-report.ts';

/** Reports over facilities, each read with the rights of the one role that may. */
export class ReportsService {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** The week of one region, read through that region's window. */
  regional(week: string, region: string): Promise<ConsolidatedReport> {
    return this.#read('regional', { week, region });
  }

  /** The week of the nation, or of one region of it, read as the ministry. */
  national(week: string, region: string | null): Promise<ConsolidatedReport> {
    return this.#read('consolidated', { week, region });
  }

  #read(
    schema: FactSchema,
    scope: { readonly week: string; readonly region: string | null },
  ): Promise<ConsolidatedReport> {
    const reader =
      schema === 'consolidated'
        ? { role: 'ministry' as const }
        : { role: 'region_reader' as const, region: scope.region ?? '' };
    return this.#database.report(reader, async (sql) =>
      weeklyReport(scope, await readFacilityWeeks(sql, schema, scope), await readCases(sql, schema, scope)),
    );
  }
}
