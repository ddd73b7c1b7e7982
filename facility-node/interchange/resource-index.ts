import { baseOf, referenceForm } from '@santehaggui/protocols/fhir/reference.ts';

/** A resource of the given files that others may refer to. `entry` is its number; null: it is of no supported type. */
export type IndexedResource = {
  readonly file: number;
  readonly sourceSystem: string;
  readonly resourceType: string;
  readonly id: string | undefined;
  readonly fullUrl: string | undefined;
  readonly entry: number | null;
};

/** Finds what references lead to, among all resources of all files of an import. */
export class ResourceIndex {
  readonly #byUrl = new Map<string, IndexedResource[]>();
  readonly #byId = new Map<string, IndexedResource[]>();

  /** Adds a resource of a file that is taken. */
  add(resource: IndexedResource): void {
    const { fullUrl, resourceType, id } = resource;
    if (fullUrl !== undefined) append(this.#byUrl, fullUrl, resource);
    if (id !== undefined) append(this.#byId, `${resourceType}/${id}`, resource);
  }

  /**
   * What a reference made by `from` leads to: by URL, else by type and id in the same file, the same system, or the only
   * system that has it (FHIR R4 §2.36.4.1). Undefined: none of these files, or one of several.
   */
  resolve(
    reference: string,
    from: Pick<IndexedResource, 'file' | 'sourceSystem' | 'fullUrl'>,
  ): IndexedResource | undefined {
    const byUrl = this.#byUrl.get(reference);
    if (byUrl !== undefined) return nearest(byUrl, from) ?? byUrl[0];
    const form = referenceForm(reference);
    if (form.kind !== 'resource') return undefined;
    const typed = `${form.resourceType}/${form.id}`;
    const base = form.base ?? baseOf(from.fullUrl);
    const below = base === undefined ? undefined : this.#byUrl.get(`${base}/${typed}`);
    if (below !== undefined) return nearest(below, from) ?? below[0];
    const sameBase = (this.#byId.get(typed) ?? []).filter(
      ({ fullUrl }) => form.base === undefined || (baseOf(fullUrl) ?? form.base) === form.base,
    );
    return nearest(sameBase, from);
  }
}

function nearest(
  candidates: readonly IndexedResource[],
  { file, sourceSystem }: Pick<IndexedResource, 'file' | 'sourceSystem'>,
): IndexedResource | undefined {
  const here = candidates.find((candidate) => candidate.file === file);
  const own = here ?? candidates.find((candidate) => candidate.sourceSystem === sourceSystem);
  if (own !== undefined) return own;
  const systems = new Set(candidates.map((candidate) => candidate.sourceSystem));
  return systems.size === 1 ? candidates[0] : undefined;
}

function append(map: Map<string, IndexedResource[]>, key: string, resource: IndexedResource): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [resource]);
  else list.push(resource);
}
