import compression from 'compression';
import express, { type Express, type NextFunction, type Request, type Response, Router } from 'express';
import helmet from 'helmet';
import type { HagguiError } from '../errors/haggui-error.ts';
import { asHagguiError, problemMediaType, toProblem } from '../errors/problem.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';
import { html, htmlPage } from './html-page.ts';
import { fromHttpLibrary, readBody } from './read-body.ts';
import { assignRequestId, localsOf } from './request-id.ts';
import type { Answer, Authorise, PlainParams, Route } from './route.ts';
import { ToldRefusals } from './told-refusals.ts';
import { validate } from './validate.ts';

/** What an application is made of. */
export type HttpAppOptions<Policy, Principal> = {
  readonly log: Log;
  readonly clock: Clock;
  /** The most bytes of a body, after decompression; a route may say otherwise. */
  readonly maxBodyBytes: number;
  readonly routes: readonly Route<Policy, Principal>[];
  /** Where all routes begin, e.g. `/api/v1`; default: at the root. */
  readonly basePath?: string;
  readonly authorise: Authorise<Policy, Principal>;
  /** Addresses and networks of proxies that are believed when they say who asks (`X-Forwarded-For`, `-Proto`); default: none. */
  readonly trustedProxies?: readonly string[];
};

const API_POLICY = {
  'default-src': ["'none'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** An answer that is a page brings a policy of its own (html-page.ts). */
const securityHeaders = () =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: API_POLICY,
    },
    // A box is reached by a private address as often as by name, where this header would lock people out of http.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });

const logRequests =
  (log: Log, clock: Clock) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const startedMs = clock.monotonic();
    response.once('close', () => {
      // The template, never the address: addresses hold identifiers and searched names.
      log.info('http.request', {
        requestId: localsOf(response).requestId,
        method: request.method,
        route: response.locals.route ?? null,
        status: response.writableFinished ? response.statusCode : null,
        ms: Math.round(clock.monotonic() - startedMs),
      });
    });
    next();
  };

const send = (response: Response, answer: Answer | undefined): void => {
  if (answer === undefined) return;
  response.set({ ...answer.headers });
  const { body } = answer;
  if (body === undefined) {
    response.status(answer.status ?? 204).end();
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    response
      .status(answer.status ?? 200)
      .send(body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : body);
  } else {
    response.status(answer.status ?? 200).json(body);
  }
};

const mountRoute = <Policy, Principal>(
  router: Router,
  route: Route<Policy, Principal>,
  { authorise, maxBodyBytes, log }: HttpAppOptions<Policy, Principal>,
): void => {
  router[route.method](
    route.path,
    async (request: Request, response: Response, next: NextFunction) => {
      response.locals.route = request.baseUrl + route.path;
      response.locals.principal = await authorise(route.policy, {
        method: request.method,
        path: request.baseUrl + request.path,
        params: request.params as PlainParams,
        headers: request.headers,
        remoteAddress: request.ip,
        requestId: localsOf(response).requestId,
      });
      next();
    },
    readBody(route, maxBodyBytes),
    async (request: Request, response: Response) => {
      const { requestId, language } = localsOf(response);
      const answer = await route.handler({
        principal: response.locals.principal as Principal,
        params: route.params === undefined ? request.params : validate(route.params, request.params),
        query: route.query === undefined ? request.query : validate(route.query, request.query),
        body: route.body === undefined ? request.body : validate(route.body, request.body),
        requestId,
        language,
        log: log.child({ requestId }),
        request,
        response,
      });
      send(response, answer);
    },
  );
};

/** Routes as express mounts them. Throws SH-B003 for a route without a policy and for two of the same method and path. */
export const mountRoutes = <Policy, Principal>(options: HttpAppOptions<Policy, Principal>): Router => {
  const router = Router({ strict: true, caseSensitive: true });
  const methods = new Map<string, string[]>();
  for (const route of options.routes) {
    const { method, path } = route;
    const known = methods.get(path) ?? [];
    const name = `${method.toUpperCase()} ${path}`;
    if (route.policy === undefined || route.policy === null)
      throw failRuntime('SH-B003', { what: `${name}: no policy` });
    if (known.includes(method)) throw failRuntime('SH-B003', { what: `${name}: declared twice` });
    methods.set(path, [...known, method]);
    mountRoute(router, route, options);
  }
  for (const [path, known] of methods) {
    router.all(path, (_request, response) => {
      response.set('Allow', known.map((method) => method.toUpperCase()).join(', '));
      throw failRuntime('SH-I006');
    });
  }
  return router;
};

// Who follows a link or types an address reads, and not JSON: browsers put HTML first when they open a page, and never for a program.
const isOpenedByHand = (request: Request): boolean =>
  request.method === 'GET' && (request.get('accept') ?? '').startsWith('text/html');

const problemPage = (error: HagguiError, requestId: string): Answer => {
  const { title, status, code, detail, why, remedy } = toProblem(error, requestId);
  const words = [detail === title ? undefined : detail, why, remedy].filter((word) => word !== undefined);
  return htmlPage(
    title,
    html`${words.map((word) => html`<p>${word}</p>`)}
<p><a href="/">Accueil</a></p>
<p class="dim">${code}, ${requestId}</p>`,
    status,
  );
};

const answerProblem =
  (log: Log, refusals: ToldRefusals) =>
  (thrown: unknown, request: Request, response: Response, next: NextFunction): void => {
    const error = asHagguiError(fromHttpLibrary(thrown));
    const { requestId, language } = localsOf(response);
    if (error.status >= 500)
      log.error('http.failed', { requestId, error: error.code === 'SH-B001' ? (error.cause ?? error) : error });
    else {
      log.debug('http.refused', { requestId, code: error.code, why: error.why });
      const { method, ip: address } = request;
      refusals.note({ requestId, address, method, route: response.locals.route ?? null }, error);
    }
    if (response.headersSent) {
      next(thrown);
      return;
    }
    // What was not read of a body that was refused would be taken for the next request.
    if (!request.readableEnded && request.readable) response.set('Connection', 'close');
    if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(error.retryAfterSeconds));
    if (isOpenedByHand(request)) send(response, problemPage(error, requestId));
    else
      response
        .status(error.status)
        .type(problemMediaType)
        .send(JSON.stringify(toProblem(error, requestId, language)));
  };

/**
 * An express application with what every API of ours has: request ids, security headers, compression (gzip, Brotli),
 * `Cache-Control: no-store`, one log line a request, a warning of those that were refused, limits on bodies, a policy on every route, and problems (RFC 9457)
 * for every error, unknown address and method, as a page to who opens an address in a browser. Order for a route: authorise, read the body, validate, handle.
 */
export const createHttpApp = <Policy, Principal>(options: HttpAppOptions<Policy, Principal>): Express => {
  const { log, clock, basePath = '/', trustedProxies = [] } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...trustedProxies]);
  app.use(assignRequestId, logRequests(log, clock), securityHeaders(), compression());
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.use(basePath, mountRoutes(options));
  app.use(() => {
    throw failRuntime('SH-N001');
  });
  app.use(answerProblem(log, new ToldRefusals({ log, clock })));
  return app;
};
