import { isJsonObject, type Json, type JsonObject } from './json.ts';

/** What a FHIR reference text is (R4 §2.3.0.1). */
export type ReferenceForm =
  /** `Type/id`, relative or below a base URL; a version is left out. */
  | { readonly kind: 'resource'; readonly resourceType: string; readonly id: string; readonly base: string | undefined }
  /** `urn:uuid:…`, `urn:oid:…` or any other URL: an entry's fullUrl. */
  | { readonly kind: 'url' }
  /** `#id` of a contained resource, `Type?search`: they name no record. */
  | { readonly kind: 'text' };

const RESOURCE =
  /^(?:(https?:\/\/[^?#]+?)\/)?([A-Z][A-Za-z]{2,})\/([^/?#\s]{1,200})(?:\/_history\/[^/?#\s]+)?(?:#.*)?$/;

/** What a reference text is. */
export function referenceForm(reference: string): ReferenceForm {
  const match = RESOURCE.exec(reference);
  const [, base, resourceType, id] = match ?? [];
  if (resourceType !== undefined && id !== undefined) return { kind: 'resource', resourceType, id, base };
  return /^[a-z][a-z0-9+.-]*:/i.test(reference) ? { kind: 'url' } : { kind: 'text' };
}

/** The base of a RESTful fullUrl, `https://host/fhir` of `https://host/fhir/Patient/1`; undefined for any other. */
export function baseOf(fullUrl: string | undefined): string | undefined {
  const form = fullUrl === undefined ? undefined : referenceForm(fullUrl);
  return form?.kind === 'resource' ? form.base : undefined;
}

/** Whether a reference text means the resource of this type and id that is known under `fullUrl`. */
export function isReferenceTo(
  reference: string,
  { resourceType, id, fullUrl }: { readonly resourceType: string; readonly id: string; readonly fullUrl: string },
): boolean {
  if (reference === fullUrl) return true;
  const form = referenceForm(reference);
  return form.kind === 'resource' && form.resourceType === resourceType && form.id === id;
}

/** Every `reference` text in a resource with its path, contained resources left out. */
export function referencesIn(resource: JsonObject): { readonly path: string; readonly reference: string }[] {
  const found: { path: string; reference: string }[] = [];
  const walk = (value: Json | undefined, path: string): void => {
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) walk(element, `${path}[${index}]`);
      return;
    }
    if (!isJsonObject(value)) return;
    for (const [member, held] of Object.entries(value)) {
      const at = path === '' ? member : `${path}.${member}`;
      if (member === 'reference' && typeof held === 'string') found.push({ path: at, reference: held });
      else if (at !== 'contained') walk(held, at);
    }
  };
  walk(resource, '');
  return found;
}
