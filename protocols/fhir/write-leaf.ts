import type { NamedFields } from '../records/catalogue.ts';
import type { FieldValue } from '../records/record-type.ts';
import { type Alternative, choiceOf, type FieldMapping } from './field-mapping.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import {
  codeParts,
  ESTIMATED,
  holderOf,
  isInUnit,
  isMarkedEstimated,
  isUnitCode,
  type Leaf,
  lastPlace,
  plainJson,
  UCUM,
} from './leaf-values.ts';
import { drop, type FhirPath, type Found, find, put } from './path.ts';

/** A value on its way into a resource; `isEdit`: another value stands there and is replaced. */
export type LeafWriting = {
  readonly mapping: FieldMapping;
  readonly alternative: Alternative;
  /** As stored; of a reference its text. */
  readonly value: FieldValue;
  readonly isEdit: boolean;
};

/**
 * The first place for a new value that no other type of the same choice occupies: a resource may have `valueQuantity` or
 * `valueString`, not both. What no field says gives way.
 */
export function freeAlternative(
  resource: JsonObject,
  {
    mapping,
    fields,
    all,
  }: { readonly mapping: FieldMapping; readonly fields: NamedFields; readonly all: readonly FieldMapping[] },
): Alternative | undefined {
  return mapping.alternatives.find(({ path, isReadOnly }) => {
    if (isReadOnly) return false;
    const member = path.steps[0]?.member as string;
    const choice = choiceOf(member);
    if (choice === undefined) return true;
    const rivals = Object.keys(resource).filter((other) => other !== member && choiceOf(other) === choice);
    if (rivals.some((rival) => isSaidByAnother(rival, { mapping, fields, all }))) return false;
    for (const rival of rivals) {
      delete resource[rival];
      delete resource[`_${rival}`];
    }
    return true;
  });
}

/** Writes one value where the alternative says, with its system or unit, and takes out what said the old one beside it. */
export function writeLeaf(resource: JsonObject, { mapping, alternative, value, isEdit }: LeafWriting): void {
  const { path, form, companions } = alternative;
  const { declaration } = mapping;
  if (form === 'concept') {
    writeConcept(resource, { mapping, alternative, value, isEdit });
    return;
  }
  const isCode = declaration.kind === 'code';
  put(resource, path, isCode ? codeParts(mapping, value as string).code : plainJson(declaration, value));
  const holder = holderOf(find(resource, path, declaration.system) as Found);
  if (isEdit) for (const companion of companions) delete holder[companion];
  if (form === 'with-system') writeSystem(holder, mapping, { value: value as string, isEdit });
  if (declaration.kind === 'date') markEstimated(holder, path, (value as string).endsWith('~'));
  const { unit } = declaration;
  const isQuantity = unit !== undefined && path.steps.at(-1)?.member === 'value';
  if (isQuantity && (!isInUnit(holder, unit) || isNew(holder)))
    Object.assign(holder, { unit, system: UCUM, code: unit });
}

/** Adds members to a set, each an element of its own. */
export function writeMembers(
  resource: JsonObject,
  {
    mapping,
    alternative,
    members,
  }: { readonly mapping: FieldMapping; readonly alternative: Alternative; readonly members: readonly string[] },
): void {
  for (const member of members) {
    const { path, form } = alternative;
    const bar = form === 'with-system' ? member.indexOf('|') : -1;
    put(resource, path, member.slice(bar + 1));
    if (form === 'with-system' && bar > 0) {
      const elements = resource[path.steps[0]?.member as string] as Json[];
      (elements.at(-1) as JsonObject).system = member.slice(0, bar);
    }
    if (path.steps.at(-2)?.member === 'extension') nameLastItem(resource, mapping, path);
  }
}

/** Takes a value out, with its system and whatever says the same beside it. */
export function eraseLeaf({ alternative, found }: Leaf): void {
  const { form, companions } = alternative;
  const { trail } = found;
  if (form === 'concept') {
    // …, concept, coding, coding[n], code: the whole array says the same in several systems.
    const concept = trail.at(-3)?.holder as JsonObject;
    for (const companion of companions) delete concept[companion];
    drop({ value: null, trail: trail.slice(0, -2) });
    return;
  }
  const holder = holderOf(found);
  for (const companion of companions) delete holder[companion];
  if (form === 'with-system') for (const member of ['system', 'unit']) delete holder[member];
  const { key } = lastPlace(found);
  if (typeof key === 'string') delete holder[`_${key}`];
  drop(found);
}

function writeConcept(resource: JsonObject, { mapping, alternative, value, isEdit }: LeafWriting): void {
  const { code, system } = codeParts(mapping, value as string);
  const steps = alternative.path.steps.slice(0, -1);
  const concept = steps.slice(0, -1);
  put(resource, { steps: [...concept, { member: 'coding' }] }, [system === undefined ? { code } : { system, code }]);
  const holder = find(resource, { steps: concept })?.value;
  if (isEdit && isJsonObject(holder)) for (const companion of alternative.companions) delete holder[companion];
}

function writeSystem(
  holder: JsonObject,
  mapping: FieldMapping,
  { value, isEdit }: { readonly value: string; readonly isEdit: boolean },
): void {
  const { code, system } = codeParts(mapping, value);
  if (system === undefined) delete holder.system;
  else holder.system = system;
  if (isUnitCode(mapping, system) && (isEdit || holder.unit === undefined)) holder.unit = code;
}

function markEstimated(holder: JsonObject, path: FhirPath, isEstimated: boolean): void {
  const key = `_${path.steps.at(-1)?.member}`;
  const sibling = holder[key];
  if (isMarkedEstimated(sibling) === isEstimated) return;
  const extensions = isJsonObject(sibling) && Array.isArray(sibling.extension) ? sibling.extension : [];
  const others = extensions.filter((one) => !isJsonObject(one) || one.url !== ESTIMATED);
  const next = isEstimated ? [...others, { url: ESTIMATED, valueBoolean: true }] : others;
  if (next.length > 0) holder[key] = { ...(isJsonObject(sibling) ? sibling : {}), extension: next };
  else delete holder[key];
}

function isNew(quantity: JsonObject): boolean {
  return Object.keys(quantity).every((member) => member === 'value');
}

function isSaidByAnother(
  member: string,
  {
    mapping,
    fields,
    all,
  }: { readonly mapping: FieldMapping; readonly fields: NamedFields; readonly all: readonly FieldMapping[] },
): boolean {
  return all.some(
    (other) =>
      other !== mapping &&
      fields[other.name] !== undefined &&
      other.alternatives.some(({ path }) => path.steps[0]?.member === member),
  );
}

/** A member of one of our extensions is itself an extension, and those have a url (FHIR R4 §2.4.1). */
function nameLastItem(resource: JsonObject, mapping: FieldMapping, path: FhirPath): void {
  const outer = find(resource, { steps: path.steps.slice(0, 1) })?.value;
  const items = isJsonObject(outer) ? outer.extension : undefined;
  const last = Array.isArray(items) ? items.at(-1) : undefined;
  if (isJsonObject(last)) last.url = mapping.name;
}
