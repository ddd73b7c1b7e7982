import { sessionRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { passkeyAssertion } from '@santehaggui/protocols/api/passkeys-api.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { PAGE_STYLE, STYLE_PATH } from '@santehaggui/runtime/http/html-page.ts';
import type { PageAddress } from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubPasskeysService } from '../people/hub-passkeys-service.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { HubUsersService } from '../people/hub-users-service.ts';
import { pageOf } from '../people/page-address.ts';
import { PROOFS_PATH, proofsCodeDoor, proofsDoor, proofsPage } from './proofs-page.ts';
import type { ProofsService } from './proofs-service.ts';

/** What the routes and the page speak to. */
export type ProofsParts = {
  readonly proofs: ProofsService;
  readonly users: HubUsersService;
  readonly passkeys: HubPasskeysService;
  readonly audit: HubAuditTrail;
  readonly clock: Clock;
};

/** Which page: the facilities after that code. */
const proofsQuery = z.object({
  cursor: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'ce curseur n’est pas d’ici')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(200),
});

const instant = z.string().nullable();
const place = z.int().nullable();
const proofsAnswer = z.object({
  facilities: z.array(
    z.object({
      ...{ code: z.string(), name: z.string(), region: z.string(), isEnrolled: z.boolean(), lastSeenAt: instant },
      proof: z.object({
        ...{ provenAt: instant, provenSequence: place, provenFeed: place, differedAt: instant },
        differing: z.array(z.object({ recordType: z.string(), records: z.int() })),
        ...{ mendedAt: instant, changesMended: z.int(), recordsMended: z.int() },
        ...{ waitingUp: place, waitingDown: z.int(), waitingDownSince: instant },
        loading: z.object({ patients: z.int(), left: z.int() }).nullable(),
      }),
    }),
  ),
  nextCursor: z.string().optional(),
});

/** The proofs for programs, below `/api/v1`: the ministry sees all facilities, a region's people theirs. */
export function proofsRoutes({ proofs }: Pick<ProofsParts, 'proofs'>): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'get',
      path: '/facilities/proofs',
      policy: 'regional-reports',
      summary: 'Établissements : prouvés identiques au hub, quand et à quel numéro ; ce qui attend, ce qui diffère',
      tag: 'facilities',
      query: proofsQuery,
      responses: { 200: { description: 'Une page d’établissements, par code', body: proofsAnswer } },
      handler: async ({ principal, query: { cursor = '', limit } }) => {
        // The database orders by its own language.
        const all = [...(await proofs.lines(principal?.region ?? null))].sort((a, b) => (a.code < b.code ? -1 : 1));
        const lines = all.filter(({ code }) => code > cursor);
        const facilities = lines.slice(0, limit);
        const last = facilities.at(-1)?.code;
        return { body: { facilities, ...(lines.length > limit ? { nextCursor: last } : {}) } };
      },
    }),
  ];
}

/** What a passkey said, as a form carries it. */
const saidByPasskey = z
  .string()
  .max(10_000)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'illisible' });
      return z.NEVER;
    }
  })
  .pipe(passkeyAssertion);

/** Who looks. */
const lookRequest = z.union([
  z.strictObject({ passkey: saidByPasskey }),
  z.strictObject({ login: z.string().max(60), attempt: z.string().max(100), otp: z.string().trim().max(20) }),
  sessionRequest,
]);

/** The page of the same, at the root: a passkey or a login for each look, and no session. */
export function proofsPages({ proofs, users, passkeys, audit, clock }: ProofsParts): readonly HubRoute[] {
  const signedInBy = (
    body: z.infer<typeof lookRequest>,
    { page, address }: { readonly page: PageAddress; readonly address: string },
  ) => {
    if ('passkey' in body) return passkeys.signIn(body.passkey, { page, address });
    if ('attempt' in body) return users.signInWithCode({ ...body, code: body.otp, address });
    return users.signIn({ login: body.login, password: body.password, address });
  };
  return [
    hubRoute({
      method: 'get',
      path: STYLE_PATH,
      policy: 'public',
      summary: 'La feuille de style des pages',
      tag: 'pages',
      handler: () => ({ headers: { 'content-type': 'text/css; charset=utf-8' }, body: PAGE_STYLE }),
    }),
    hubRoute({
      method: 'get',
      path: PROOFS_PATH,
      policy: 'public',
      summary: 'La porte de la page des établissements',
      tag: 'pages',
      handler: () => proofsDoor(),
    }),
    hubRoute({
      method: 'post',
      path: PROOFS_PATH,
      policy: 'public',
      summary: 'La page des établissements, pour qui lit les rapports',
      tag: 'pages',
      bodyType: 'form',
      body: lookRequest,
      handler: async ({ body, request, requestId }) => {
        const address = request.ip ?? '';
        try {
          const signedIn = await signedInBy(body, { page: pageOf(request), address });
          if (!('user' in signedIn)) return proofsCodeDoor(signedIn, 'login' in body ? body.login : '');
          const { user } = signedIn;
          const caller = { kind: 'user' as const, login: user.login, role: user.role, address, requestId };
          await audit.append(caller, { action: 'read', recordType: 'facility', detail: { page: PROOFS_PATH } });
          return proofsPage(await proofs.lines(user.region), { region: user.region, nowMs: clock.now() });
        } catch (error) {
          if (
            error instanceof HagguiError &&
            ['SH-A301', 'SH-A303', 'SH-A305', 'SH-A005', 'SH-A006', 'SH-T320'].includes(error.code)
          )
            return proofsDoor(error.title.fr);
          throw error;
        }
      },
    }),
  ];
}
