import { codeSentAnswer, proofRequest, sessionAnswer } from '@santehaggui/protocols/api/lan-api.ts';
import { passkeyOptions } from '@santehaggui/protocols/api/passkeys-api.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import type { Request } from 'express';
import { type NodeRoute, openRoute } from './node-route.ts';
import { failPeople } from './people-errors.ts';
import type { OpenedSession, SessionService } from './session-service.ts';
import { attemptCookie, browserCookie, originOf, pageOf, refreshCookie, refreshTokenOf } from './sign-in-cookies.ts';
import type { SignedIn, SignInService } from './sign-in-service.ts';

/** The sessions' routes: sign in, refresh by the cookie, sign out. */
export function sessionsRoutes(sessions: SessionService, signIn: SignInService): readonly NodeRoute[] {
  const responses = {
    200: { description: 'La session ; le jeton de renouvellement est dans un cookie', body: sessionAnswer },
  };
  return [
    openRoute({
      method: 'post',
      path: '/sessions',
      summary: 'Se connecter',
      tag: 'sessions',
      body: proofRequest,
      responses: {
        201: responses[200],
        202: {
          description: 'Le mot de passe est bon ; un code est parti par SMS, à rendre dans otp',
          body: codeSentAnswer,
        },
      },
      handler: async ({ body: { passkey, login = '', password = '', ...rest }, principal, request }) => {
        const from = originOf(principal, request);
        const signedIn =
          passkey === undefined
            ? await signIn.signIn({ login, password, ...rest, ...from })
            : await signIn.signInWithPasskey(
                { assertion: passkey, page: pageOf(request), ...(login === '' ? {} : { login }) },
                from,
              );
        if (signedIn.kind === 'code-sent') return codeSent(signedIn, request);
        // The session that the same browser had: its cookie is written over, so that nobody could end it later.
        const former = refreshTokenOf(request);
        if (former !== undefined) await sessions.signOut({ refreshToken: former }, principal);
        const cookies = [browserCookie(signedIn.browserCredential, request)];
        return opened(signedIn.session, { status: 201, request, cookies });
      },
    }),
    openRoute({
      method: 'post',
      path: '/sessions/challenge',
      summary: 'Ce qu’il faut à un navigateur pour se connecter avec une clé d’accès',
      tag: 'sessions',
      responses: { 200: { description: 'À donner à la clé d’accès, dans les cinq minutes', body: passkeyOptions } },
      handler: async () => ({ body: await signIn.passkeyOptions() }),
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
  { answer, refreshToken, refreshExpiresInSeconds }: OpenedSession,
  {
    status,
    request,
    cookies = [],
  }: { readonly status: number; readonly request: Request; readonly cookies?: readonly string[] },
): Answer {
  const all = [refreshCookie(refreshToken, refreshExpiresInSeconds, request), ...cookies];
  return { status, headers: { 'Set-Cookie': all }, body: answer };
}

function codeSent(
  { attempt, phoneEnding, expiresAtMs }: Extract<SignedIn, { readonly kind: 'code-sent' }>,
  request: Request,
): Answer {
  return {
    status: 202,
    headers: { 'Set-Cookie': attemptCookie(attempt, request) },
    body: { secondFactor: 'sms', phoneEnding, expiresAt: new Date(expiresAtMs).toISOString() },
  };
}
