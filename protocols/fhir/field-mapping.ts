import type { FieldDeclaration, FieldKind, RecordType } from '../records/record-type.ts';
import { type FhirPath, type PathStep, parsePlaces } from './path.ts';

/** Where this project's own extensions and identifiers live. */
export const EXTENSION_BASE = 'https://santehaggui.org/fhir';

/** Pairs of codes: the resource's, then ours. */
export type CodePairs = readonly (readonly [theirs: string, ours: string])[];

/** The shape that a value takes at a path. */
export type LeafForm =
  /** `coding[…].code` of a CodeableConcept. */
  | 'concept'
  /** `code` of a Coding or a Quantity, `value` of an Identifier: the sibling `system` says whose code it is. */
  | 'with-system'
  /** `unit` of a Quantity: a word, in no system. */
  | 'unit-word'
  /** Whatever the kind alone says. */
  | 'plain';

/** One of the places where a field's value may stand. */
export type Alternative = {
  readonly path: FhirPath;
  readonly form: LeafForm;
  /** Read here, but written elsewhere. */
  readonly isReadOnly: boolean;
  /** Other ways of saying the same beside the value: they go when the value is edited. */
  readonly companions: readonly string[];
};

/** How one field of a record stands in one type of resource. */
export type FieldMapping = {
  readonly name: string;
  readonly declaration: FieldDeclaration;
  /** The catalogue's places, then the extension. Empty: the field does not leave the record. */
  readonly alternatives: readonly Alternative[];
  /** Codes whose word in the resource is another than here; the first pair that fits counts, in either direction. */
  readonly codes: CodePairs;
  /** Of a set: conditions of other fields whose elements are not its members. */
  readonly excluded: readonly PathStep[];
  /**
   * Whether a field with a lower number may be written as another type of the same choice: were `valueString` taken out of
   * a source, a value added later would be written as `valueQuantity`, and then both would be there.
   */
  readonly isContested: boolean;
};

const EXTENSION_LEAF: Readonly<Record<FieldKind, string>> = {
  ref: 'valueReference.reference',
  code: 'valueCoding.code',
  text: 'valueString',
  name: 'valueString',
  phone: 'valueString',
  date: 'valueDate',
  instant: 'valueDateTime',
  integer: 'valueInteger',
  decimal: 'valueDecimal',
  boolean: 'valueBoolean',
  attachment: 'valueString',
  set: 'extension[*].valueString',
};

// The elements of R4 that come in one of several types, by the start of their names (FHIR R4 §2.24.0.5 choice of types).
const CHOICES = ['value', 'effective', 'performed', 'occurrence', 'onset', 'deceased', 'medication'] as const;

/** What a resource type says of a field beyond the catalogue. */
export type MappingOptions = {
  /** In place of the catalogue's `fhir`, by field; `extension`: only there; null: nowhere at all. */
  readonly places?: Readonly<Record<string, string | null>>;
  readonly codes?: Readonly<Record<string, CodePairs>>;
};

/** The mappings of all fields of a type but `source`, in the order of their numbers. */
export function fieldMappings(type: RecordType, { places = {}, codes = {} }: MappingOptions): FieldMapping[] {
  const all = Object.entries(type.fields)
    .filter(([name]) => name !== 'source')
    .map(([name, declaration]) => {
      const text = Object.hasOwn(places, name) ? places[name] : declaration.fhir;
      const own = text === null ? [] : alternatives(`${type.name}-${name}`, declaration, text);
      return { name, declaration, alternatives: own, codes: codes[name] ?? [] };
    });
  const firsts = new Set(all.map((mapping) => mapping.alternatives[0]?.path.text));
  return all.map((mapping, index) => ({
    ...mapping,
    alternatives: mapping.alternatives.map((alternative) => ({
      ...alternative,
      companions: alternative.companions.filter((companion) => !firsts.has(besideText(alternative, companion))),
    })),
    isContested: all.slice(0, index).some((earlier) => areRivals(earlier.alternatives[0], mapping.alternatives[0])),
    excluded: mapping.declaration.kind === 'set' ? claimed(all, mapping.alternatives) : [],
  }));
}

/** The element that a member is one type of: `value` of `valueString`; undefined for one of a single type. */
export function choiceOf(member: string): string | undefined {
  return CHOICES.find((choice) => member.startsWith(choice) && /^[A-Z]/.test(member.slice(choice.length)));
}

function alternatives(extension: string, declaration: FieldDeclaration, places: string | undefined): Alternative[] {
  const { kind } = declaration;
  const own = `extension[url=${EXTENSION_BASE}/${extension}].${EXTENSION_LEAF[kind]}`;
  return [...(places === undefined || places === 'extension' ? [] : parsePlaces(places)), ...parsePlaces(own)].map(
    (path) => {
      const form = formOf(kind, path.steps);
      return { path, form, isReadOnly: path.isReadOnly, companions: companionsOf(form, path.steps) };
    },
  );
}

function formOf(kind: FieldKind, steps: readonly PathStep[]): LeafForm {
  const last = steps.at(-1)?.member;
  const parent = steps.at(-2);
  if (kind === 'set') return parent?.member === 'identifier' ? 'with-system' : 'plain';
  if (kind !== 'code') return 'plain';
  if (last === 'unit') return 'unit-word';
  if (last !== 'code' || parent === undefined) return 'plain';
  return parent.member === 'coding' && parent.pick !== undefined ? 'concept' : 'with-system';
}

function companionsOf(form: LeafForm, steps: readonly PathStep[]): string[] {
  if (form === 'concept') return ['text'];
  if (form === 'with-system') return ['display', 'version', 'userSelected'];
  const last = steps.at(-1)?.member;
  return steps.at(-2)?.member === 'name' && (last === 'family' || last === 'given') ? ['text'] : [];
}

/** The path of a companion: beside the value, or beside the `coding` array of a concept. */
function besideText({ form, path }: Alternative, companion: string): string {
  const ending = form === 'concept' ? /coding\[[^\]]*\]\.code$/ : /[^.]*$/;
  return path.text.replace(ending, companion);
}

function areRivals(left: Alternative | undefined, right: Alternative | undefined): boolean {
  const [one, other] = [left?.path.steps[0]?.member, right?.path.steps[0]?.member];
  if (one === undefined || other === undefined || one === other) return false;
  return choiceOf(one) !== undefined && choiceOf(one) === choiceOf(other);
}

/** Steps of other fields that pick elements of the array that a set's members come from. */
function claimed(all: readonly Pick<FieldMapping, 'alternatives'>[], places: readonly Alternative[]): PathStep[] {
  const arrays = new Set(
    places.filter(({ path }) => path.steps[0]?.pick?.kind === 'each').map(({ path }) => path.steps[0]?.member),
  );
  return all
    .flatMap((mapping) => mapping.alternatives.map(({ path }) => path.steps[0]))
    .filter((step) => step !== undefined)
    .filter(({ member, pick }) => pick?.kind === 'where' && arrays.has(member));
}
