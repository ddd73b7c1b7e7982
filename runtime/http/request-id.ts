import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Language } from '../errors/bilingual.ts';

/** What every request carries from its first middleware on. */
export type RequestLocals = { readonly requestId: string; readonly language: Language };

const saneId = /^[A-Za-z0-9._-]{8,64}$/;

/** The language of the answer's words: English where `Accept-Language` prefers it to French, else French. */
export const languageOf = (request: Request): Language => (request.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr');

/** Gives each request an id (the `X-Request-Id` that came if it is 8–64 plain characters, else a new UUID) and answers with it. */
export const assignRequestId = (request: Request, response: Response, next: NextFunction): void => {
  const incoming = request.get('x-request-id');
  const requestId = incoming !== undefined && saneId.test(incoming) ? incoming : randomUUID();
  Object.assign(response.locals, { requestId, language: languageOf(request) } satisfies RequestLocals);
  response.set('X-Request-Id', requestId);
  next();
};

/** The id and language that `assignRequestId` noted. */
export const localsOf = (response: Response): RequestLocals => response.locals as unknown as RequestLocals;
