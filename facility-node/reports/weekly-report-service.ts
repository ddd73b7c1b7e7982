import type { RecordedReport, WeeklyReport } from '@santehaggui/protocols/api/lan-api.ts';
import { aggregateReport } from '@santehaggui/protocols/records/aggregate-report.ts';
import { type EpiWeek, epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { packRows } from '@santehaggui/protocols/surveillance/report-counts.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { SurveillanceService } from '../surveillance/surveillance-service.ts';
import { WeeklyReportStore } from './weekly-report-store.ts';

/** The facility's weekly report of notifiable diseases, made from its registers whenever it is asked for. */
export class WeeklyReportService {
  readonly #surveillance: SurveillanceService;
  readonly #facility: OwnFacility;
  readonly #clock: Clock;
  readonly #store: RecordStore;
  readonly #recorded: WeeklyReportStore;

  constructor({
    surveillance,
    facility,
    store,
    clock,
  }: {
    readonly surveillance: SurveillanceService;
    readonly facility: OwnFacility;
    readonly store: RecordStore;
    readonly clock: Clock;
  }) {
    this.#surveillance = surveillance;
    this.#facility = facility;
    this.#clock = clock;
    this.#store = store;
    this.#recorded = new WeeklyReportStore(store.db);
  }

  /** The report of one week; it holds no name. */
  weekly(week: EpiWeek): WeeklyReport {
    return { facility: this.#facility.code, week, ...this.#surveillance.week(week) };
  }

  /**
   * Records the week's report as the registers tell it now, so that it leaves with the next exchange: a new record the first
   * time, a patch where the counts have changed since, nothing where they have not.
   */
  record(week: EpiWeek): RecordedReport {
    const report = this.weekly(week);
    const { encounters, rows } = report;
    const fields = { encounters, counts: packRows(rows) };
    // The node counted, whoever asked it to.
    const outcome = this.#store.transact({ author: null, role: 'system' }, (tx): RecordedReport['outcome'] => {
      const earlier = this.#recorded.ofWeek(week);
      if (earlier !== undefined) return tx.patch(earlier, fields) ? 'corrected' : 'unchanged';
      tx.create(aggregateReport, { week, ...fields });
      return 'recorded';
    });
    return { ...report, outcome };
  }

  /** The week that it is now. */
  currentWeek(): EpiWeek {
    return epiWeekOf(this.#clock.now());
  }
}
