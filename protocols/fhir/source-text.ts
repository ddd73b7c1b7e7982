import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts';

/** What a record's `source` holds: a resource without what its fields say, and the URL it came under. */
export type Source = { readonly resource: JsonObject; readonly fullUrl: string | undefined };

/**
 * The text of a `source`. The URL stands in the resource as the member `fullUrl`, which no R4 resource has, and is left out
 * where it is `urn:uuid:` and the id. Equal to its own NFC form, so that journals and codecs give it back as it is.
 */
export function sourceText(resource: JsonObject, fullUrl: string | undefined): string {
  const isDerived = fullUrl === undefined || fullUrl === `urn:uuid:${String(resource.id)}`;
  const text = JSON.stringify(isDerived ? resource : { ...resource, fullUrl });
  return text === text.normalize('NFC') ? text : text.replace(/[\u0080-\uffff]/g, escaped);
}

/** What a `source` says; undefined when there is none, or when it is no object of JSON. */
export function readSource(text: unknown): Source | undefined {
  if (typeof text !== 'string') return undefined;
  const resource = objectIn(text);
  if (resource === undefined) return undefined;
  const { fullUrl, ...rest } = resource;
  return { resource: rest, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined };
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: Json = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
