/** An epidemiological week, ISO 8601 (Monday to Sunday, week 1 has the year's first Thursday): `2026-W47`. */
export type EpiWeek = string & { readonly __brand: 'EpiWeek' };

const SHAPE = /^(\d{4})-W(\d{2})$/;

/** The week that an instant (ms since 1970) falls in, by the calendar of Mali (UTC, no daylight saving). */
export function epiWeekOf(instantMs: number): EpiWeek {
  const date = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO('Africa/Bamako');
  return `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}` as EpiWeek;
}

/** The week that a text names; undefined when it is none or the year lacks it. */
export function parseEpiWeek(text: string): EpiWeek | undefined {
  if (!SHAPE.test(text)) return undefined;
  const { fromMs } = epiWeekBounds(text as EpiWeek);
  return epiWeekOf(fromMs) === text ? (text as EpiWeek) : undefined;
}

/** The week's instants, `fromMs` ≤ t < `toMs`, in milliseconds since 1970. */
export function epiWeekBounds(week: EpiWeek): { readonly fromMs: number; readonly toMs: number } {
  const match = SHAPE.exec(week);
  if (match === null) throw new RangeError(`not a week: ${JSON.stringify(week)}`);
  // 4 January is always in week 1 (ISO 8601-1 §3.1.1.23).
  const fourth = Temporal.PlainDate.from({ year: Number(match[1]), month: 1, day: 4 });
  const monday = fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: Number(match[2]) - 1 });
  const fromMs = monday.toZonedDateTime('Africa/Bamako').epochMilliseconds;
  return { fromMs, toMs: fromMs + 7 * 24 * 3600 * 1000 };
}
