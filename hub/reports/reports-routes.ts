import type { ConsolidatedReport } from '@santehaggui/protocols/api/admin-api.ts';
import {
  type EmergencyTallies,
  type EmergencyTally,
  emergencyTallies,
} from '@santehaggui/protocols/api/emergency-api.ts';
import { type EpiWeek, epiWeekOf, parseEpiWeek } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';
import { type HubPrincipal, type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { ReportsService } from './reports-service.ts';
import { weeklyCsv } from './weekly-report.ts';

const query = z.strictObject({
  week: z.string().optional(),
  region: z.string().min(1).max(60).optional(),
  format: z.enum(['json', 'csv']).optional(),
});

const DAY_MS = 24 * 3600 * 1000;
const days = z.coerce.number().int().min(1).max(366).default(90);
const cursor = z.string().max(200).optional();
const limit = z.coerce.number().int().min(1).max(200).default(200);
const count = z.int().min(0);
/** Null: hidden, because it is small or would give a small one away. */
const shown = count.nullable();
const counts = {
  casesUnder5: shown,
  cases5AndOver: shown,
  deathsUnder5: shown,
  deaths5AndOver: shown,
  cases: shown,
  deaths: shown,
};
const report = z.object({
  week: z.string(),
  region: z.string().nullable(),
  facilitiesExpected: count,
  facilitiesReporting: count,
  encounters: shown,
  smallestShown: count,
  rows: z.array(
    z.object({ region: z.string(), facility: z.string(), disease: z.string(), label: z.string(), ...counts }),
  ),
  totals: z.array(z.object({ region: z.string().nullable(), disease: z.string(), label: z.string(), ...counts })),
});

/** The weekly reports: a region's, and the nation's. */
export function reportsRoutes(reports: ReportsService, clock: Clock): readonly HubRoute[] {
  const responses = {
    200: { description: 'Le rapport, en JSON ou en CSV (Accept: text/csv ou format=csv)', body: report },
  };
  return [
    hubRoute({
      method: 'get',
      path: '/reports/weekly',
      policy: 'regional-reports',
      summary: 'Maladies à déclaration de la semaine, région par région (celle de la personne, sauf pour le ministère)',
      tag: 'reports',
      query,
      responses,
      handler: async ({ principal, query: asked, request }) => {
        const week = weekOf(asked.week, clock);
        const region = regionOf(principal, asked.region);
        const isMinistry = principal?.role === 'ministry';
        const found = isMinistry ? await reports.national(week, region) : await reports.regional(week, region);
        return answerOf(found, asked.format ?? (request.accepts(['json', 'csv']) || 'json'));
      },
    }),
    hubRoute({
      method: 'get',
      path: '/emergency-accesses',
      policy: 'regional-reports',
      summary:
        'Accès d’urgence par établissement : combien, examinés ou non (de la région de la personne, ou de tout le pays)',
      tag: 'reports',
      query: z.strictObject({ days, region: query.shape.region, cursor, limit }),
      responses: { 200: { description: 'Les établissements où il y en a eu', body: emergencyTallies } },
      handler: async ({ principal, query: asked }) => {
        const isOfRegion = principal?.role !== 'ministry';
        const region = isOfRegion ? regionOf(principal, asked.region) : (asked.region ?? null);
        const now = new Date(clock.now());
        const since = new Date(clock.now() - asked.days * DAY_MS);
        const tallies = await reports.emergencies({ since, now, region, isOfRegion });
        return { body: pageOf(tallies, asked) };
      },
    }),
    hubRoute({
      method: 'get',
      path: '/consolidated/weekly',
      policy: 'national-reports',
      summary:
        'Maladies à déclaration de la semaine, tout le pays ou une région, sans les petits nombres (ministère seul)',
      tag: 'reports',
      query,
      responses,
      handler: async ({ query: asked, request }) =>
        answerOf(
          await reports.national(weekOf(asked.week, clock), asked.region ?? null),
          asked.format ?? (request.accepts(['json', 'csv']) || 'json'),
        ),
    }),
  ];
}

/** The facilities that follow one, in the order of regions. */
function pageOf(
  { since, facilities }: EmergencyTallies,
  asked: { readonly cursor?: string | undefined; readonly limit: number },
): EmergencyTallies {
  const placeOf = ({ region, facility }: EmergencyTally): string => `${region}/${facility}`;
  const following = facilities
    .filter((tally) => asked.cursor === undefined || placeOf(tally) > asked.cursor)
    .sort((left, right) => (placeOf(left) < placeOf(right) ? -1 : 1));
  const page = following.slice(0, asked.limit);
  const last = page.at(-1);
  const hasMore = following.length > page.length && last !== undefined;
  return { since, facilities: page, ...(hasMore ? { nextCursor: placeOf(last) } : {}) };
}

function weekOf(text: string | undefined, clock: Clock): EpiWeek {
  const week = text === undefined ? epiWeekOf(clock.now()) : parseEpiWeek(text);
  if (week === undefined) throw failHub('SH-I302');
  return week;
}

function regionOf(principal: HubPrincipal, asked: string | undefined): string {
  const own = principal?.role === 'ministry' ? asked : (principal?.region ?? undefined);
  if (own === undefined) throw failHub('SH-I303');
  if (asked !== undefined && asked !== own) throw failRuntime('SH-A002');
  return own;
}

function answerOf(found: ConsolidatedReport, format: string): Answer {
  if (format !== 'csv') return { body: found, headers: { vary: 'accept' } };
  const name = `rapport-${found.week}.csv`;
  return {
    body: weeklyCsv(found),
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      vary: 'accept',
    },
  };
}
