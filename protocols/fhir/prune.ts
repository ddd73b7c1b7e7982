import type { NamedFields } from '../records/catalogue.ts';
import type { FieldValue } from '../records/record-type.ts';
import { currentLeaf } from './current-leaf.ts';
import { copyJson, isSameJson, type Json, type JsonObject } from './json.ts';
import { codeParts, holderOf, isUnitCode, type Leaf, plainJson } from './leaf-values.ts';
import { drop, find } from './path.ts';
import { kindOfRecord, type ResourceKind } from './resource-kinds.ts';
import { sourceText } from './source-text.ts';
import { layFieldsOver, type References } from './to-fhir.ts';

const NO_REFERENCES: References = { isNameOf: () => true, nameOf: (id) => id };

/**
 * The `source` of a resource whose fields are known: the resource without what export writes again from the fields. That
 * is tried here: where it would not come out as it came in, the whole resource is kept.
 */
export function prunedSource(
  resource: JsonObject,
  {
    kind,
    fields,
    fullUrl,
  }: { readonly kind: ResourceKind; readonly fields: NamedFields; readonly fullUrl: string | undefined },
): string {
  const pruned = prune(resource, kind, fields);
  const text = sourceText(pruned, fullUrl);
  const restored: JsonObject = { resourceType: kindOfRecord(kind.recordType, fields).resourceType, ...pruned };
  layFieldsOver(restored, { kind, fields, retracted: [], references: NO_REFERENCES });
  return isSameJson(restored, resource) ? text : sourceText(resource, fullUrl);
}

function prune(resource: JsonObject, kind: ResourceKind, fields: NamedFields): JsonObject {
  const rest = copyJson(resource);
  for (const mapping of kind.fields) {
    const { kind: fieldKind } = mapping.declaration;
    if (fieldKind === 'ref' || fieldKind === 'set' || fields[mapping.name] === undefined || mapping.isContested)
      continue;
    const current = currentLeaf(rest, mapping);
    const [first, ...others] = mapping.alternatives;
    if (current === undefined || current.leaf.alternative !== first) continue;
    const isSaidElsewhere = others.some(({ path }) => find(rest, path, mapping.declaration.system) !== undefined);
    if (!isSaidElsewhere) pruneLeaf(current.leaf, current.value);
  }
  if (kindOfRecord(kind.recordType, fields) === kind) delete rest.resourceType;
  return rest;
}

/**
 * Takes a leaf out if nothing beside it says the same in another way: once it is gone, an edit of the field could no longer
 * be told from the value that came in, and what stands beside it would stay and contradict it.
 */
function pruneLeaf({ mapping, alternative, found }: Leaf, value: FieldValue): void {
  const holder = holderOf(found);
  const { form, companions } = alternative;
  if (form === 'concept') {
    const concept = found.trail.at(-3)?.holder as JsonObject;
    const isAlone = (concept.coding as Json[]).length === 1 && Object.keys(holder).length <= 2;
    const hasCompanion = companions.some((companion) => companion in concept);
    if (isAlone && !hasCompanion) drop({ value: null, trail: found.trail.slice(0, -2) });
    return;
  }
  if (Array.isArray(holder) || companions.some((companion) => companion in holder)) return;
  const { kind } = mapping.declaration;
  const written = kind === 'code' ? codeParts(mapping, value as string) : undefined;
  if (!isSameJson(found.value, written?.code ?? plainJson(mapping.declaration, value))) return;
  if (form !== 'with-system') {
    drop(found);
    return;
  }
  const isQuantity = isUnitCode(mapping, written?.system);
  if (holder.system !== written?.system || (isQuantity && holder.unit !== found.value)) return;
  delete holder.system;
  if (isQuantity) delete holder.unit;
  drop(found);
}
