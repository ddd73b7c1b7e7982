import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { FhirProblem } from './path.ts';

/** One resource of a file: where in the file it stands, and the URL of its entry. */
export type BundleEntry = {
  /** `Bundle.entry[3].resource`; empty for a resource on its own. */
  readonly path: string;
  readonly resource: JsonObject;
  readonly resourceType: string;
  readonly fullUrl: string | undefined;
  /** `meta.source` of the resource, else of its Bundle: the system that it comes from (FHIR R4 §2.12.2). */
  readonly source: string | undefined;
};

const TAKEN_BUNDLES = ['transaction', 'batch', 'collection', 'searchset', 'document', 'message', 'history'];

/**
 * The resources of a file: those of a Bundle, or the one that it is. Throws a {@link FhirProblem} when it is neither, or a
 * Bundle of answers, or one that would delete something.
 */
export function bundleEntries(file: Json): BundleEntry[] {
  if (!isJsonObject(file)) throw new FhirProblem('', 'neither a Bundle nor a resource: no JSON object');
  const resourceType = typeOf(file, 'resourceType');
  const source = sourceOf(file);
  if (resourceType !== 'Bundle') return [{ path: '', resource: file, resourceType, fullUrl: undefined, source }];
  if (typeof file.type !== 'string' || !TAKEN_BUNDLES.includes(file.type)) {
    throw new FhirProblem('Bundle.type', `one of ${TAKEN_BUNDLES.join(', ')} is expected`);
  }
  const entries = file.entry ?? [];
  if (!Array.isArray(entries)) throw new FhirProblem('Bundle.entry', 'an array is expected');
  return entries.map((entry, index) => bundleEntry(entry, `Bundle.entry[${index}]`, source));
}

function bundleEntry(entry: Json, at: string, bundleSource: string | undefined): BundleEntry {
  if (!isJsonObject(entry)) throw new FhirProblem(at, 'an object is expected');
  const { resource, fullUrl, request } = entry;
  if (isJsonObject(request) && request.method === 'DELETE') {
    throw new FhirProblem(`${at}.request.method`, 'deletions are not taken');
  }
  const path = `${at}.resource`;
  if (!isJsonObject(resource)) throw new FhirProblem(path, 'a resource is expected');
  if (fullUrl !== undefined && typeof fullUrl !== 'string')
    throw new FhirProblem(`${at}.fullUrl`, 'a text is expected');
  const source = sourceOf(resource) ?? bundleSource;
  return { path, resource, resourceType: typeOf(resource, `${path}.resourceType`), fullUrl, source };
}

function typeOf(resource: JsonObject, at: string): string {
  const { resourceType } = resource;
  if (typeof resourceType !== 'string' || !/^[A-Z][A-Za-z]+$/.test(resourceType)) {
    throw new FhirProblem(at, 'the name of a resource type is expected');
  }
  return resourceType;
}

/** Servers add the id of the request to `meta.source` as a fragment; the system is what stands before it. */
function sourceOf({ meta }: JsonObject): string | undefined {
  const source = isJsonObject(meta) ? meta.source : undefined;
  if (typeof source !== 'string') return undefined;
  const system = source.split('#', 1)[0]?.trim();
  return system === '' ? undefined : system;
}
