import { toHex } from '../crypto/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { isContentOf, MAX_CONTENT_BYTES } from '../documents/content-type.ts';
import type { NamedFields } from '../records/catalogue.ts';
import { copyJson, isJsonObject, type JsonObject } from './json.ts';
import { FhirProblem } from './path.ts';

/** Content that stood in a DocumentReference itself (FHIR R4 Attachment.data), and what its record says of it. */
export type InlineContent = { readonly bytes: Uint8Array; readonly size: number; readonly hash: string };

const AT = 'content[0].attachment';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * A resource without the content that stands in it, and the content: it lies beside the journal, and a record tells which it is. Throws a
 * {@link FhirProblem} when that is no base64, too large, or not what `contentType` says.
 */
export function splitContent(resource: JsonObject): {
  readonly resource: JsonObject;
  readonly content: InlineContent | undefined;
} {
  const data = attachmentIn(resource)?.data;
  if (resource.resourceType !== 'DocumentReference' || data === undefined) return { resource, content: undefined };
  const rest = copyJson(resource);
  const attachment = attachmentIn(rest) as JsonObject;
  delete attachment.data;
  if (typeof data !== 'string' || data === '') throw new FhirProblem(`${AT}.data`, 'base64 text is expected');
  const text = data.replace(/\s/g, '');
  if (text.length > (MAX_CONTENT_BYTES * 4) / 3 + 4) throw new FhirProblem(`${AT}.data`, 'larger than 16 MiB');
  if (!BASE64.test(text)) throw new FhirProblem(`${AT}.data`, 'base64 text is expected');
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (bytes.length > MAX_CONTENT_BYTES) throw new FhirProblem(`${AT}.data`, 'larger than 16 MiB');
  const { contentType } = attachment;
  if (typeof contentType !== 'string' || !isContentOf(contentType, bytes))
    throw new FhirProblem(`${AT}.contentType`, 'not what the data are, or of a type that is not taken');
  return { resource: rest, content: { bytes, size: bytes.length, hash: toHex(sha256(bytes)) } };
}

/** Puts content back where {@link splitContent} took it from. */
export function joinContent(resource: JsonObject, bytes: Uint8Array): void {
  const attachment = attachmentIn(resource);
  if (attachment !== undefined) attachment.data = Buffer.from(bytes).toString('base64');
}

/** Says how large the content is, of a document that came from no other system. */
export function writeSize(resource: JsonObject, { size, source }: NamedFields): void {
  const attachment = attachmentIn(resource);
  if (attachment !== undefined && source === undefined && typeof size === 'number') attachment.size = size;
}

function attachmentIn({ content }: JsonObject): JsonObject | undefined {
  const [first] = Array.isArray(content) ? content : [];
  if (!isJsonObject(first)) return undefined;
  return isJsonObject(first.attachment) ? first.attachment : undefined;
}
