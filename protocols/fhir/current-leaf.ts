import type { FieldValue } from '../records/record-type.ts';
import type { Alternative, FieldMapping } from './field-mapping.ts';
import type { JsonObject } from './json.ts';
import { type Leaf, leafValue } from './leaf-values.ts';
import { elementTrail, type Found, find, findAll, type PathStep } from './path.ts';

/** A field's value as a resource says it, and where. */
export type CurrentLeaf = { readonly leaf: Leaf; readonly value: FieldValue };

/** One member of a set as a resource says it, and where. */
export type CurrentMember = { readonly leaf: Leaf; readonly value: string };

/** What the first place that says something for the field says. Throws a FhirProblem for what is malformed. */
export function currentLeaf(resource: JsonObject, mapping: FieldMapping): CurrentLeaf | undefined {
  for (const alternative of mapping.alternatives) {
    const found = find(resource, alternative.path, mapping.declaration.system);
    if (found === undefined) continue;
    const leaf: Leaf = { mapping, alternative, found };
    const value = leafValue(leaf);
    if (value !== undefined) return { leaf, value };
  }
  return undefined;
}

/** The members of a set: of each element what the first place says. Throws a FhirProblem for what is malformed. */
export function currentMembers(resource: JsonObject, mapping: FieldMapping): CurrentMember[] {
  const members: CurrentMember[] = [];
  const saidBy = new Map<string, Alternative>();
  for (const alternative of mapping.alternatives) {
    for (const found of findAll(resource, alternative.path)) {
      const element = elementTrail(alternative.path, found.trail).at(-1)?.at ?? '';
      const earlier = saidBy.get(element);
      if ((earlier !== undefined && earlier !== alternative) || isExcluded(resource, mapping.excluded, found)) continue;
      const leaf: Leaf = { mapping, alternative, found };
      const value = leafValue(leaf);
      if (value === undefined) continue;
      saidBy.set(element, alternative);
      members.push({ leaf, value: value as string });
    }
  }
  return members;
}

/** Whether the member's element is one that another field claims. */
function isExcluded(resource: JsonObject, excluded: readonly PathStep[], { trail }: Found): boolean {
  const element = trail[1];
  return excluded.some((step) => {
    if (element === undefined || step.member !== trail[0]?.key) return false;
    return find(resource, { steps: [step] })?.trail[1]?.key === element.key;
  });
}
