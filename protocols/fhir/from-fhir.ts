import type { NamedFields } from '../records/catalogue.ts';
import type { FieldValue } from '../records/record-type.ts';
import { currentLeaf, currentMembers } from './current-leaf.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { lastPlace } from './leaf-values.ts';
import { FhirProblem } from './path.ts';
import { prunedSource } from './prune.ts';
import { type ResourceKind, resourceKind } from './resource-kinds.ts';

/** A reference that a field is to hold once the record it names is known. `path` starts below the resource. */
export type FieldReference = { readonly field: string; readonly path: string; readonly reference: string };

/** A resource as a record: `fields` as stored, without references. */
export type IncomingRecord = {
  readonly kind: ResourceKind;
  readonly fields: NamedFields;
  readonly references: readonly FieldReference[];
  /** What R4 requires and real systems leave out. */
  readonly incomplete: readonly { readonly path: string; readonly reason: string }[];
};

/** Whether a resource of this type becomes a record. */
export function isImported(resourceType: string): boolean {
  return resourceKind(resourceType)?.importRank !== undefined;
}

/**
 * The record of an R4 resource of a type that {@link isImported}; `fullUrl` is that of its entry. What no field holds, or
 * holds less exactly, stays in `source`, so that `toFhir` gives the resource back member for member. Throws a
 * {@link FhirProblem}, its path starting below the resource, when a mapped element is of a wrong type or one is missing
 * without which the resource says nothing.
 */
export function fromFhir(resource: JsonObject, fullUrl?: string): IncomingRecord {
  const kind = resourceKind(String(resource.resourceType));
  if (kind?.importRank === undefined) throw new FhirProblem('resourceType', 'no record here is of this type');
  checkIdentity(resource);
  const incomplete = missingElements(resource, kind);
  const fields: Record<string, FieldValue> = { ...kind.fixed };
  const references: FieldReference[] = [];
  for (const mapping of kind.fields) {
    if (mapping.declaration.kind === 'set') {
      const members = [...new Set(currentMembers(resource, mapping).map(({ value }) => value))].sort();
      if (members.length > 0) fields[mapping.name] = members;
      continue;
    }
    const current = currentLeaf(resource, mapping);
    if (current === undefined) continue;
    if (mapping.declaration.kind !== 'ref') fields[mapping.name] = current.value;
    else
      references.push({
        field: mapping.name,
        path: lastPlace(current.leaf.found).at,
        reference: String(current.value),
      });
  }
  fields.source = prunedSource(resource, { kind, fields, fullUrl });
  return { kind, fields, references, incomplete };
}

function checkIdentity(resource: JsonObject): void {
  const { id } = resource;
  if (id !== undefined && (typeof id !== 'string' || id === '')) throw new FhirProblem('id', 'a text is expected');
  if (resource.fullUrl !== undefined) throw new FhirProblem('fullUrl', 'a resource has no such element');
  if (resource.meta !== undefined && !isJsonObject(resource.meta))
    throw new FhirProblem('meta', 'an object is expected');
}

function missingElements(resource: JsonObject, { requirements }: ResourceKind): { path: string; reason: string }[] {
  const missing: { path: string; reason: string }[] = [];
  for (const { anyOf, otherwise } of requirements) {
    if (anyOf.some((member) => isSaid(resource[member]) || isSaid(resource[`_${member}`]))) continue;
    const reason = anyOf.length > 1 ? `required, or ${anyOf.slice(1).join(', ')}` : 'required';
    if (otherwise === 'refuse') throw new FhirProblem(anyOf[0], reason);
    missing.push({ path: anyOf[0], reason });
  }
  return missing;
}

function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}
