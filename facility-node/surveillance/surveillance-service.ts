import type { WeeklyReportRow } from '@santehaggui/protocols/api/lan-api.ts';
import { type EpiWeek, epiWeekBounds } from '@santehaggui/protocols/surveillance/epi-week.ts';
import type { RecordStore } from '../store/record-store.ts';
import { SurveillanceStore } from './surveillance-store.ts';
import { countWeek } from './weekly-count.ts';

/** Notifiable diseases as the registers tell them: nobody counts by hand. */
export class SurveillanceService {
  readonly #registers: SurveillanceStore;

  constructor({ db }: { readonly db: RecordStore['db'] }) {
    this.#registers = new SurveillanceStore(db);
  }

  /** The week's consultations, and cases and deaths of each notifiable disease. */
  week(week: EpiWeek): { readonly encounters: number; readonly rows: readonly WeeklyReportRow[] } {
    const period = epiWeekBounds(week);
    return { encounters: this.#registers.countEncounters(period), rows: countWeek(this.#registers.conditions(period)) };
  }
}
