import type { WeeklyReport } from '@santehaggui/protocols/api/lan-api.ts';
import { type EpiWeek, epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { SurveillanceService } from '../surveillance/surveillance-service.ts';

/** The facility's weekly report of notifiable diseases, made from its registers whenever it is asked for. */
export class WeeklyReportService {
  readonly #surveillance: SurveillanceService;
  readonly #facility: OwnFacility;
  readonly #clock: Clock;

  constructor({
    surveillance,
    facility,
    clock,
  }: {
    readonly surveillance: SurveillanceService;
    readonly facility: OwnFacility;
    readonly clock: Clock;
  }) {
    this.#surveillance = surveillance;
    this.#facility = facility;
    this.#clock = clock;
  }

  /** The report of one week; it holds no name. */
  weekly(week: EpiWeek): WeeklyReport {
    return { facility: this.#facility.code, week, ...this.#surveillance.week(week) };
  }

  /** The week that it is now. */
  currentWeek(): EpiWeek {
    return epiWeekOf(this.#clock.now());
  }
}
