import { sessionAnswer, sessionRequest } from '@santehaggui/protocols/api/lan-api.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import type { Request } from 'express';
import type { Caller } from './caller.ts';
import { DEVICE_COOKIE } from './device-cookie.ts';
import { type NodeRoute, openRoute } from './node-route.ts';
import { failPeople } from './people-errors.ts';
import type { Credentials, OpenedSession, Origin, SessionService } from './session-service.ts';

/** Over HTTPS the name binds the cookie to this host (RFC 6265bis §4.1.3.2); a browser takes no such name over plain HTTP. */
const SECURE_COOKIE = '__Host-haggui_refresh';
const PLAIN_COOKIE = 'haggui_refresh';
const PLAIN_COOKIE_PATH = '/api/v1/sessions';
/** What a browser is known by; the same for everybody who signs in with it. */
const SECURE_BROWSER_COOKIE = '__Host-haggui_browser';
const PLAIN_BROWSER_COOKIE = 'haggui_browser';
/** As long as browsers keep any cookie (RFC 6265bis §5.5). */
const BROWSER_COOKIE_SECONDS = 400 * 24 * 3600;

/** The sessions' routes: sign in, refresh by the cookie, sign out. */
export function sessionsRoutes(sessions: SessionService): readonly NodeRoute[] {
  const responses = {
    200: { description: 'La session ; le jeton de renouvellement est dans un cookie', body: sessionAnswer },
  };
  return [
    openRoute({
      method: 'post',
      path: '/sessions',
      summary: 'Se connecter',
      tag: 'sessions',
      body: sessionRequest,
      responses: { 201: responses[200] },
      handler: async ({ body, principal, request }) =>
        opened(await newSession(sessions, body, { principal, request }), { status: 201, request }),
    }),
    openRoute({
      method: 'post',
      path: '/sessions/refresh',
      summary: 'Renouveler la session par le cookie',
      tag: 'sessions',
      responses,
      handler: async ({ principal, request }) => {
        const token = refreshTokenOf(request);
        if (token === undefined) throw failPeople('SH-A152');
        return opened(await sessions.refresh(token, originOf(principal, request)), { status: 200, request });
      },
    }),
    openRoute({
      method: 'delete',
      path: '/sessions',
      summary: 'Se déconnecter',
      tag: 'sessions',
      responses: { 204: { description: 'La session est terminée' } },
      handler: async ({ principal, request }) => {
        const { authorization } = request.headers;
        const refreshToken = refreshTokenOf(request);
        await sessions.signOut(
          {
            ...(authorization === undefined ? {} : { authorization }),
            ...(refreshToken === undefined ? {} : { refreshToken }),
          },
          principal,
        );
        return { status: 204, headers: { 'Set-Cookie': refreshCookie('', 0, request) } };
      },
    }),
  ];
}

function opened(
  session: OpenedSession,
  { status, request }: { readonly status: number; readonly request: Request },
): Answer {
  const { answer, refreshToken, refreshExpiresInSeconds, browserCredential } = session;
  const cookies = [
    refreshCookie(refreshToken, refreshExpiresInSeconds, request),
    ...(browserCredential === undefined ? [] : [browserCookie(browserCredential, request)]),
  ];
  return { status, headers: { 'Set-Cookie': cookies }, body: answer };
}

/** Signs in, and ends the session that the same browser had: its cookie is written over, so that nobody could end it later. */
async function newSession(
  sessions: SessionService,
  credentials: Pick<Credentials, 'login' | 'password' | 'newPassword'>,
  { principal, request }: { readonly principal: Caller; readonly request: Request },
): Promise<OpenedSession> {
  const session = await sessions.login({ ...credentials, ...originOf(principal, request) });
  const former = refreshTokenOf(request);
  if (former !== undefined) await sessions.signOut({ refreshToken: former }, principal);
  return session;
}

function refreshCookie(value: string, maxAgeSeconds: number, request: Request): string {
  return cookie({ name: request.secure ? SECURE_COOKIE : PLAIN_COOKIE, value, maxAgeSeconds }, request);
}

function browserCookie(value: string, request: Request): string {
  const name = request.secure ? SECURE_BROWSER_COOKIE : PLAIN_BROWSER_COOKIE;
  return cookie({ name, value, maxAgeSeconds: BROWSER_COOKIE_SECONDS }, request);
}

/** RFC 6265bis. `Secure` where the connection is: a browser would drop the cookie of a box that is reached by http. */
function cookie(
  { name, value, maxAgeSeconds }: { readonly name: string; readonly value: string; readonly maxAgeSeconds: number },
  request: Request,
): string {
  const path = request.secure ? '/' : PLAIN_COOKIE_PATH;
  const attributes = [`${name}=${value}`, `Path=${path}`, `Max-Age=${maxAgeSeconds}`, 'HttpOnly', 'SameSite=Strict'];
  return [...attributes, ...(request.secure ? ['Secure'] : [])].join('; ');
}

function originOf({ address, requestId }: Caller, request: Request): Origin {
  return {
    ...{ address, requestId, userAgent: request.get('user-agent') },
    deviceCredential: cookieOf(request, DEVICE_COOKIE),
    browserCredential: cookieOf(request, request.secure ? SECURE_BROWSER_COOKIE : PLAIN_BROWSER_COOKIE),
  };
}

function refreshTokenOf(request: Request): string | undefined {
  return cookieOf(request, request.secure ? SECURE_COOKIE : PLAIN_COOKIE);
}

function cookieOf(request: Request, wanted: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name, value]) => name === wanted && /^[\w-]{20,100}$/.test(value ?? ''))?.[1];
}
