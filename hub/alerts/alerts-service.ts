import { aggregateReport } from '@santehaggui/protocols/records/aggregate-report.ts';
import { alert } from '@santehaggui/protocols/records/alert.ts';
import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { type EpiWeek, epiWeekBounds, epiWeekOf, parseEpiWeek } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import { COUNT_CELLS, type DiseaseCounts, unpackRows } from '@santehaggui/protocols/surveillance/report-counts.ts';
import { appliesTo, markReached, THRESHOLDS, type Threshold } from '@santehaggui/protocols/surveillance/thresholds.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { factSource } from '../consolidated/facts.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import type { OutboxEvent } from '../events/outbox-event.ts';
import type { HubDraft, HubOrigin } from '../registers/hub-origin-service.ts';
import { hubWrites } from '../registers/hub-writes.ts';
import { Register } from '../registers/register-service.ts';
import { deliver, giveRecords } from '../routing/delivery-service.ts';
import { type DistrictFacility, districtOf } from '../routing/district-service.ts';
import { appendAndDistribute } from '../routing/hub-change-service.ts';
import {
  findAlert,
  lockAlerts,
  readFactCounts,
  readReports,
  readReportsOfWeeks,
  weeksOfFacts,
} from './alerts-store.ts';

/** What raising alerts takes. */
export type AlertsOptions = { readonly origin: HubOrigin; readonly clock: Clock };

/** Counts of a place by week, the latest last. */
type WeekCounts = readonly DiseaseCounts[];

const WEEK_MS = 7 * 24 * 3600 * 1000;
const LONGEST_WEEKS = Math.max(3, ...THRESHOLDS.map(({ weeks }) => weeks));
const NONE: DiseaseCounts = { casesUnder5: 0, cases5AndOver: 0, deathsUnder5: 0, deaths5AndOver: 0 };
const FACILITY = recordTypeNamed('facility');

/**
 * Raises an alert when a facility's weekly report, or the facts drawn from its records, pass a threshold: of both the greater
 * count is taken, cell by cell. There is one alert of a rule and week for a facility (for a district where the rule adds up its
 * facilities); when the counts change it is raised, lowered or lifted by a patch. It goes to every facility of the district.
 */
export class AlertsService {
  readonly #options: AlertsOptions;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** For the outbox: looks at the weeks that the changed records tell of. */
  async raise(sql: Sql, events: readonly OutboxEvent[]): Promise<void> {
    for (const [facility, group] of Map.groupBy(events, (event) => event.facility)) {
      const records = [...new Set(group.flatMap((event) => event.records))];
      const reports = await readReports(sql, facility, records);
      const unnamed = reports.filter((report) => report.facility === null);
      const weeks = new Set([
        ...reports.map(({ week }) => week),
        ...(await weeksOfFacts(
          sql,
          records.map((id) => factSource(id)),
        )),
      ]);
      if (weeks.size === 0) continue;
      const district = await districtOf(sql, facility);
      const own = district.find(({ code }) => code === facility);
      if (own === undefined) continue;
      await lockFacilities(
        sql,
        district.map(({ code }) => code),
      );
      await lockAlerts(sql, district[0]?.code ?? facility);
      if (unnamed.length > 0) await this.#nameFacility(sql, { own, reports: unnamed.map(({ id }) => id) });
      for (const week of weeks) {
        const epiWeek = parseEpiWeek(week);
        if (epiWeek !== undefined) await this.#judge(sql, { own, district, week: epiWeek });
      }
    }
  }

  /** Says in reports whose they are: their node left it out to fit into an SMS. */
  async #nameFacility(
    sql: Sql,
    { own, reports }: { readonly own: DistrictFacility; readonly reports: readonly string[] },
  ): Promise<void> {
    const nowMs = this.#options.clock.now();
    const writes = hubWrites(aggregateReport, { facility: own.recordId });
    const drafts = reports.map(
      (recordId): HubDraft => ({ kind: 'patch', recordType: aggregateReport.number, recordId, writes }),
    );
    const changes = await this.#options.origin.append({ sql, drafts, nowMs });
    await deliver({ sql, facility: own.code, changes, receivedAt: new Date(nowMs) });
  }

  async #judge(sql: Sql, place: Place): Promise<void> {
    const { own, district, week } = place;
    const [record] = (await new Register(sql, REGISTRY).records([own.recordId])).values();
    const { name, population } = namedFields(FACILITY, record?.fields ?? {});
    const inhabitants = typeof population === 'number' ? population : undefined;
    const ofFacility = await countsOf(sql, own.code, week);
    let ofDistrict: ReadonlyMap<string, WeekCounts> | undefined;
    for (const rule of THRESHOLDS.filter((threshold) => appliesTo(threshold, inhabitants))) {
      if (rule.scope === 'district') ofDistrict ??= await sumOf(sql, district, week);
      const counts = (rule.scope === 'district' ? ofDistrict : ofFacility)?.get(rule.disease) ?? [];
      const reached = markReached(rule, counts, inhabitants);
      const where = rule.scope === 'district' ? 'le district' : String(name ?? own.code);
      const told =
        reached === undefined ? undefined : { level: reached.level, text: textOf(rule, { counts, week, where }) };
      await this.#write(sql, { rule, place, told });
    }
  }

  async #write(
    sql: Sql,
    { rule, place, told }: { readonly rule: Threshold; readonly place: Place; readonly told: Told | undefined },
  ): Promise<void> {
    const { own, district, week } = place;
    const concerned = rule.scope === 'district' ? district.map(({ recordId }) => recordId) : [own.recordId];
    const known = await findAlert(sql, { rule: rule.rule, week, facilities: concerned });
    const { origin, clock } = this.#options;
    const nowMs = clock.now();
    const receivedAt = new Date(nowMs);
    if (known === undefined) {
      if (told === undefined) return;
      const fields = { rule: rule.rule, facility: own.recordId, week, ...told, raisedAt: nowMs };
      const drafts: HubDraft[] = [{ kind: 'create', recordType: alert.number, writes: hubWrites(alert, fields) }];
      const ids = (await origin.append({ sql, drafts, nowMs })).flatMap(({ change }) =>
        change.kind === 'record' ? [change.recordId] : [],
      );
      for (const { code: destination } of district)
        await giveRecords({ sql, source: REGISTRY, destination, ids, receivedAt });
      return;
    }
    const wanted = told ?? { level: 'lifted', text: `${known.text} Seuil plus atteint après correction.` };
    if (wanted.level === known.level && (told === undefined || wanted.text === known.text)) return;
    const changed = Object.fromEntries(
      Object.entries(wanted).filter(([field, value]) => known[field as keyof Told] !== value),
    );
    const writes = hubWrites(alert, changed, { fields: {}, stamps: known.stamps });
    const drafts: HubDraft[] = [{ kind: 'patch', recordType: alert.number, recordId: known.id, writes }];
    await appendAndDistribute(origin, { sql, drafts, nowMs });
  }
}

type Place = { readonly own: DistrictFacility; readonly district: readonly DistrictFacility[]; readonly week: EpiWeek };
type Told = { readonly level: string; readonly text: string };

/** The counts of a facility, by disease, of the weeks up to one: of report and facts the greater, cell by cell. */
async function countsOf(sql: Sql, facility: string, week: EpiWeek): Promise<ReadonlyMap<string, WeekCounts>> {
  const weeks = weeksUpTo(week);
  const told = [
    ...(await readReportsOfWeeks(sql, facility, weeks)).flatMap(({ week: ofWeek, counts }) =>
      (unpackRows(counts) ?? []).map((row) => ({ ...row, week: ofWeek })),
    ),
    ...(await readFactCounts(sql, facility, weeks)),
  ];
  return new Map(
    NOTIFIABLE_DISEASES.map(({ key }) => [
      key,
      weeks.map((ofWeek) => {
        const rows = told.filter((row) => row.disease === key && row.week === ofWeek);
        return rows.reduce((most, row) => combined(most, row, Math.max), NONE);
      }),
    ]),
  );
}

async function sumOf(
  sql: Sql,
  district: readonly DistrictFacility[],
  week: EpiWeek,
): Promise<ReadonlyMap<string, WeekCounts>> {
  let sum: ReadonlyMap<string, WeekCounts> = new Map();
  for (const { code } of district) {
    const counts = await countsOf(sql, code, week);
    const before = sum;
    sum = new Map(
      [...counts].map(([disease, weeks]) => [
        disease,
        weeks.map((row, index) => combined(before.get(disease)?.[index] ?? NONE, row, (a, b) => a + b)),
      ]),
    );
  }
  return sum;
}

function combined(
  left: DiseaseCounts,
  right: DiseaseCounts,
  combine: (left: number, right: number) => number,
): DiseaseCounts {
  return Object.fromEntries(COUNT_CELLS.map((cell) => [cell, combine(left[cell], right[cell])])) as DiseaseCounts;
}

function weeksUpTo(week: EpiWeek): readonly EpiWeek[] {
  const { fromMs } = epiWeekBounds(week);
  return Array.from({ length: LONGEST_WEEKS }, (_, index) => epiWeekOf(fromMs - (LONGEST_WEEKS - 1 - index) * WEEK_MS));
}

function textOf(
  { disease, fr, weeks }: Threshold,
  { counts, week, where }: { readonly counts: WeekCounts; readonly week: EpiWeek; readonly where: string },
): string {
  const total = counts.slice(-weeks).reduce((sum, row) => combined(sum, row, (a, b) => a + b), NONE);
  const cases = total.casesUnder5 + total.cases5AndOver;
  const deaths = total.deathsUnder5 + total.deaths5AndOver;
  const label = NOTIFIABLE_DISEASES.find(({ key }) => key === disease)?.fr ?? disease;
  const period = weeks === 1 ? `semaine ${week}` : `${weeks} semaines jusqu’à ${week}`;
  const dead = deaths === 0 ? '' : `, dont ${deaths} décès`;
  return `${label}, ${where}, ${period} : ${cases} cas${dead}. Seuil : ${fr} (OMS, IDS_AGG).`;
}
