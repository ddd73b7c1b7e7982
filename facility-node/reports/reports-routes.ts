import { type EpiWeek, parseEpiWeek } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import type { WeeklyReportService } from './weekly-report-service.ts';

const count = z.int().min(0);

const weeklyReport = z.object({
  facility: z.string(),
  week: z.string(),
  encounters: count,
  rows: z.array(
    z.object({
      disease: z.string(),
      label: z.string(),
      casesUnder5: count,
      cases5AndOver: count,
      deathsUnder5: count,
      deaths5AndOver: count,
    }),
  ),
});

/** A week in a query: `2026-W47`. */
export const weekText = z
  .string()
  .refine((text) => parseEpiWeek(text) !== undefined, 'une semaine AAAA-Wnn est attendue, par exemple 2026-W47');

/** The reports' routes. */
export function reportsRoutes(reports: WeeklyReportService): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/reports/weekly',
      policy: { kind: 'may', action: 'read', subject: 'report' },
      summary: 'Rapport hebdomadaire des maladies à déclaration, compté dans les registres (zéro compris)',
      tag: 'reports',
      query: z.object({ week: weekText.optional() }),
      responses: { 200: { description: 'Le rapport de la semaine, par défaut celle en cours', body: weeklyReport } },
      handler: ({ query: { week } }) => ({
        body: reports.weekly((week as EpiWeek | undefined) ?? reports.currentWeek()),
      }),
    }),
  ];
}
