import express, { type Request, type RequestHandler } from 'express';
import { HagguiError } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import { duplicateKey } from './duplicate-key.ts';
import type { BodyType, Route } from './route.ts';

/** The part of a route that says how its body is read. */
export type BodyRules = Pick<Route<unknown, unknown>, 'body' | 'bodyType' | 'contentTypes' | 'maxBodyBytes'>;

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

const mediaTypeOf = (request: Request): string =>
  (request.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

// RFC 8259 §8.1: JSON between systems is UTF-8. The parser would take UTF-7 and UTF-16 as well.
const isUtf8 = (request: Request): boolean => {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.get('content-type') ?? '')?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
};

/** The content types a route takes. */
export const contentTypesOf = (route: BodyRules): readonly string[] =>
  route.contentTypes ?? [CONTENT_TYPE[route.bodyType ?? 'json']];

const CONTENT_TYPE = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  bytes: 'application/octet-stream',
  stream: 'application/octet-stream',
} as const satisfies Record<BodyType, string>;

/** Whether a form was sent by a page of another site: the browser says so in one of these two headers (Fetch Metadata; RFC 6454). */
const isFromElsewhere = (request: Request): boolean => {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.get('origin');
  return origin !== undefined && URL.parse(origin)?.host !== request.get('host');
};

/** Thrown within the parser, which gives it a status of its own; `fromHttpLibrary` makes one of ours of it. */
class DuplicateKey extends Error {
  readonly type = 'json.duplicate-key';
}

// Whoever validates and whoever stores might each believe another of the two: CouchDB's CVE-2017-12635.
const refuseDuplicateKeys = (_request: unknown, _response: unknown, body: Buffer): void => {
  if (duplicateKey(body.toString()) !== undefined) throw new DuplicateKey();
};

const parserOf = (bodyType: BodyType, limit: number): RequestHandler => {
  const options = { limit, type: () => true };
  if (bodyType === 'json') return express.json({ ...options, strict: false, verify: refuseDuplicateKeys });
  return bodyType === 'form' ? express.urlencoded({ ...options, extended: false }) : express.raw(options);
};

/**
 * Reads the body of a route: refuses other content types (SH-I004, 415), forms of other sites (SH-A004, 403), more bytes than allowed (SH-I003, 413, counted
 * after decompression), JSON that is none (SH-I002, 400) or in which a name stands twice in one object (SH-I007, 400). A route that declares no body leaves it unread.
 */
export const readBody = (route: BodyRules, maxBodyBytes: number): RequestHandler => {
  const limit = route.maxBodyBytes ?? maxBodyBytes;
  const accepted = contentTypesOf(route);
  const bodyType = route.bodyType ?? 'json';
  const isRead = route.body !== undefined || route.bodyType !== undefined;
  const parse = parserOf(bodyType, limit);
  return (request, response, next) => {
    if (!isRead || !hasBody(request)) {
      next();
      return;
    }
    if (!accepted.includes(mediaTypeOf(request)) || (bodyType === 'json' && !isUtf8(request))) {
      throw failRuntime('SH-I004', {
        why: { fr: `attendu : ${accepted.join(', ')}`, en: `expected: ${accepted.join(', ')}` },
      });
    }
    if (bodyType === 'form' && isFromElsewhere(request)) throw failRuntime('SH-A004');
    if (bodyType === 'stream') next();
    else parse(request, response, next);
  };
};

const messageOf: Readonly<Record<string, 'SH-I002' | 'SH-I003' | 'SH-I004' | 'SH-I007'>> = {
  'json.duplicate-key': 'SH-I007',
  'entity.parse.failed': 'SH-I002',
  'entity.too.large': 'SH-I003',
  'charset.unsupported': 'SH-I004',
  'encoding.unsupported': 'SH-I004',
};

/** An error thrown by express or its parsers as one of ours; anything else is given back as it is. */
export const fromHttpLibrary = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof HagguiError || !('status' in error)) return error;
  const { status, type } = error as Error & { readonly status: unknown; readonly type?: unknown };
  if (typeof status !== 'number' || status < 400 || status > 499) return error;
  const limit = (error as { readonly limit?: unknown }).limit;
  return failRuntime(messageOf[String(type)] ?? 'SH-I005', {
    cause: error,
    ...(typeof limit === 'number' ? { why: { fr: `au plus ${limit} octets`, en: `at most ${limit} bytes` } } : {}),
  });
};
