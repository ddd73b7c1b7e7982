import type { Answer } from '@santehaggui/runtime/http/route.ts';
import { z } from 'zod';
import { type ApiRecord, entityTag } from './api-record.ts';
import { failResource } from './resource-errors.ts';

/** Path parameters of one record. */
export const recordParams = z.object({
  id: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'un identifiant UUID est attendu'),
});

/** The `Idempotency-Key` of a POST, if there is one. Throws SH-I132 for one that cannot be. */
export function idempotencyKeyOf({
  headers,
}: {
  readonly headers: NodeJS.Dict<string | string[]>;
}): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(key)) throw failResource('SH-I132');
  return key;
}

/**
 * The version that a PATCH was made from (`If-Match`, RFC 9110 §13.1.1); undefined for `*`, which means any. Throws
 * SH-I133 (428) without one, SH-K130 (412) for what is no strong tag of ours.
 */
export function versionToMatch({ headers }: { readonly headers: NodeJS.Dict<string | string[]> }): string | undefined {
  const header = headers['if-match'];
  if (typeof header !== 'string' || header.trim() === '') throw failResource('SH-I133');
  if (header.trim() === '*') return undefined;
  const version = /^"([^"]{1,100})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw failResource('SH-K130');
  return version;
}

/** The answer that shows one record, with its ETag. */
export function recordAnswer(record: ApiRecord, status = 200): Answer {
  return { status, headers: { ETag: entityTag(record.version) }, body: record };
}
