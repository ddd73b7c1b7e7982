import { enrolRequest, stickRequest, verifyRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { sessionRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { type EpiWeek, parseEpiWeek } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { answerWithProgress } from '@santehaggui/runtime/http/progress-answer.ts';
import { z } from 'zod';
import type { SignInService } from '../people/sign-in-service.ts';
import type { WeeklyReportService } from '../reports/weekly-report-service.ts';
import type { UsbService } from '../uplink/carriers/usb/usb-service.ts';
import type { EnrolmentClient } from '../uplink/enrolment-client.ts';
import type { UplinkService } from '../uplink/uplink-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';
import type { StatusService } from './status-service.ts';

/** What the operator's routes speak to. */
export type OperatorParts = {
  readonly status: StatusService;
  readonly uplink: UplinkService;
  readonly usb: UsbService;
  readonly enrolment: EnrolmentClient;
  readonly reports: WeeklyReportService;
  readonly signIn: SignInService;
  readonly countRecords: () => Readonly<Record<string, number>>;
};

const week = z
  .string()
  .refine((text) => parseEpiWeek(text) !== undefined, 'une semaine AAAA-Wnn est attendue, par exemple 2026-W47');

/** What the operator of the machine may ask: nothing here shows a person's record. */
export function operatorRoutes({
  status,
  uplink,
  usb,
  enrolment,
  reports,
  signIn,
  countRecords,
}: OperatorParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/status',
      summary: 'État du poste',
      handler: ({ language }) => ({ body: status.status(language) }),
    }),
    operatorRoute({
      method: 'get',
      path: '/sync/status',
      summary: 'Où en est l’échange avec le hub',
      handler: () => ({ body: uplink.status() }),
    }),
    operatorRoute({
      method: 'post',
      path: '/sync/now',
      summary: 'Échanger tout de suite',
      handler: async () => ({ body: await uplink.syncNow() }),
    }),
    operatorRoute({
      method: 'post',
      path: '/sync/verify',
      summary: 'Prouver que les deux côtés tiennent la même chose, et réparer ce qui diffère',
      body: verifyRequest.optional(),
      handler: async ({ body }) => ({ body: await (body?.repair === true ? uplink.repair() : uplink.verify()) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/sync/export',
      summary: 'Écrire sur une clé ce que le hub n’a pas encore',
      body: stickRequest,
      handler: (asked) => answerWithProgress(asked, (onProgress) => usb.exportTo(asked.body.directory, onProgress)),
    }),
    operatorRoute({
      method: 'post',
      path: '/sync/import',
      summary: 'Prendre sur une clé les reçus et les envois du hub',
      body: stickRequest,
      handler: (asked) => answerWithProgress(asked, (onProgress) => usb.importFrom(asked.body.directory, onProgress)),
    }),
    operatorRoute({
      method: 'get',
      path: '/records/count',
      summary: 'Nombre d’enregistrements de chaque type',
      handler: () => ({ body: countRecords() }),
    }),
    operatorRoute({
      method: 'post',
      path: '/enrol',
      summary: 'Inscrire ce poste auprès d’un hub',
      body: enrolRequest,
      handler: async ({ body }) => ({ body: await enrolment.enrol(body) }),
    }),
    operatorRoute({
      method: 'get',
      path: '/reports/weekly',
      summary: 'Rapport hebdomadaire des maladies à déclaration',
      query: z.object({ week: week.optional() }),
      handler: ({ query }) => ({ body: reports.weekly((query.week as EpiWeek | undefined) ?? reports.currentWeek()) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/reports/weekly',
      summary: 'Enregistrer le rapport de la semaine, qui part avec le prochain échange',
      body: z.strictObject({ week }),
      handler: ({ body }) => ({ body: reports.record(body.week as EpiWeek) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/sessions',
      summary: 'Se connecter, pour ce qui montre des dossiers',
      body: sessionRequest,
      handler: async ({ body, requestId }) => {
        const { answer } = await signIn.signInAtMachine({ ...body, requestId });
        return { status: 201, body: answer };
      },
    }),
  ];
}
