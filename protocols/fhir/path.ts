import { isJsonObject, type Json, type JsonObject } from './json.ts';

/**
 * Where a value stands in a FHIR resource. The grammar of the `fhir` strings of the catalogue:
 *
 * ```
 * places     = place *( " | " place )      the first that holds a value is read, and written; else the first that is free
 * place      = path [ "!" ]                with "!" it is read only: a new value goes to another place
 * path       = step *( "." step )
 * step       = member [ "[" pick "]" ]     with a pick the member is an array, without it a single value
 * pick       = number                      that element
 *            | "own"                       the Coding of the field's own system, else the first
 *            | "*"                         every element: for sets
 *            | condition *( "&" condition )   the first element of which all hold
 * condition  = path "=" text               the text may hold dots, slashes and colons
 * ```
 */
export type FhirPath = { readonly text: string; readonly steps: readonly PathStep[] };

/** A path of a `fhir` string, and whether it is only read. */
export type FhirPlace = FhirPath & { readonly isReadOnly: boolean };

/** One member on the way, and which element of it when it is an array. */
export type PathStep = { readonly member: string; readonly pick?: PathPick };

type PathPick =
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'own' }
  | { readonly kind: 'each' }
  | { readonly kind: 'where'; readonly conditions: readonly Condition[] };

type Condition = { readonly path: FhirPath; readonly text: string };

/** A member of an object or an element of an array; `at` is its path in words, as in `name[0].family`. */
export type Place = { readonly holder: JsonObject | Json[]; readonly key: string | number; readonly at: string };

/** What a path led to, with the places passed on the way; the last is the value's own. */
export type Found = { readonly value: Json; readonly trail: readonly Place[] };

/** What is wrong with a resource, and where in it. */
export class FhirProblem extends Error {
  readonly path: string;
  readonly reason: string;

  /** Both in words; the path starts below the resource. */
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'FhirProblem';
    this.path = path;
    this.reason = reason;
  }

  /** The same problem told by its path in something bigger. */
  at(path: string): FhirProblem {
    return new FhirProblem(path, this.reason, { cause: this });
  }
}

/** The places of a `fhir` string; throws a RangeError when it does not follow the grammar. */
export function parsePlaces(text: string): FhirPlace[] {
  return splitOutside(text, ' | ').map((place) => ({
    ...parsePath(place.replace(/!$/, '')),
    isReadOnly: place.endsWith('!'),
  }));
}

/** One path; throws a RangeError when it does not follow the grammar. */
export function parsePath(text: string): FhirPath {
  return { text, steps: splitOutside(text, '.').map(parseStep) };
}

/**
 * What the path leads to in the resource; undefined when something on the way is missing. `ownSystem` is that of the
 * field. Throws a {@link FhirProblem} where an array stands for a single value, or the other way round.
 */
export function find(resource: JsonObject, path: Pick<FhirPath, 'steps'>, ownSystem?: string): Found | undefined {
  return findAll(resource, path, ownSystem)[0];
}

/** All that a path with `[*]` leads to; otherwise as {@link find}. */
export function findAll(resource: JsonObject, path: Pick<FhirPath, 'steps'>, ownSystem?: string): readonly Found[] {
  const first = path.steps[0];
  // Most paths of a type lead nowhere in most resources: this tells most of them without making anything.
  if (first === undefined || !Object.hasOwn(resource, first.member)) return NOTHING;
  const found: Found[] = [];
  walk({ value: resource, at: '', trail: [] }, { steps: path.steps, next: 0, ownSystem, found });
  return found;
}

/** Writes a value, and all that is missing on the way, as its conditions want it. Not for paths with `[*]`. */
export function put(resource: JsonObject, path: Pick<FhirPath, 'steps'>, value: Json): void {
  let node = resource;
  path.steps.forEach((step, index) => {
    const isLast = index === path.steps.length - 1;
    const { holder, key } = placeFor(node, step);
    if (isLast) {
      assign(holder, key, value);
      return;
    }
    const held = (holder as JsonObject)[key];
    const next: JsonObject = isJsonObject(held) ? held : {};
    if (next !== held) assign(holder, key, next);
    if (step.pick?.kind === 'where') for (const { path: own, text } of step.pick.conditions) put(next, own, text);
    node = next;
  });
}

/** The trail up to the element that the path's `[*]` stands for. */
export function elementTrail({ steps }: FhirPath, trail: readonly Place[]): readonly Place[] {
  const each = steps.findIndex(({ pick }) => pick?.kind === 'each');
  const depth = steps.slice(0, each + 1).reduce((places, { pick }) => places + (pick === undefined ? 1 : 2), 0);
  return trail.slice(0, depth);
}

/** Takes a value out, and every object and array that this leaves empty. */
export function drop({ trail }: Found): void {
  for (const { holder, key } of trail.toReversed()) {
    const held = (holder as JsonObject)[key];
    const isLeaf = trail.at(-1)?.holder === holder && trail.at(-1)?.key === key;
    if (!isLeaf && !isEmpty(held)) return;
    if (Array.isArray(holder)) holder.splice(key as number, 1);
    else delete holder[key];
  }
}

/** Whether a value is an object without members or an array without elements. */
export function isEmpty(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

const NOTHING: readonly Found[] = [];

/** How far a path has been followed: the value there, its path in words, and the places passed, which the walk adds to. */
type Position = { readonly value: Json; readonly at: string; readonly trail: Place[] };

type Walk = {
  readonly steps: readonly PathStep[];
  /** The number of the next step. */
  readonly next: number;
  readonly ownSystem: string | undefined;
  readonly found: Found[];
};

function walk(from: Position, { steps, next, ownSystem, found }: Walk): void {
  const { trail } = from;
  let { value, at } = from;
  for (let number = next; number < steps.length; number++) {
    const { member, pick } = steps[number] as PathStep;
    if (!isJsonObject(value)) throw new FhirProblem(at, 'an object is expected');
    at = at === '' ? member : `${at}.${member}`;
    const held = Object.hasOwn(value, member) ? value[member] : undefined;
    if (held === undefined || held === null) return;
    trail.push({ holder: value, key: member, at });
    if (Array.isArray(held) !== (pick !== undefined)) throw new FhirProblem(at, pick === undefined ? SINGLE : ARRAY);
    value = held;
    if (pick === undefined) continue;
    const elements = held as Json[];
    if (pick.kind === 'each') {
      for (const [index, element] of elements.entries()) {
        if (element === null) continue;
        const place: Place = { holder: elements, key: index, at: `${at}[${index}]` };
        walk({ value: element, at: place.at, trail: [...trail, place] }, { steps, next: number + 1, ownSystem, found });
      }
      return;
    }
    const index = picked(elements, pick, { at, ownSystem });
    const element = elements[index];
    if (element === undefined || element === null) return;
    at = `${at}[${index}]`;
    trail.push({ holder: elements, key: index, at });
    value = element;
  }
  found.push({ value, trail });
}

const SINGLE = 'a single value is expected, not an array';
const ARRAY = 'an array is expected';

/** The index of the element that a pick means; -1 when there is none. */
function picked(
  elements: readonly Json[],
  pick: Exclude<PathPick, { kind: 'each' }>,
  { at, ownSystem }: { readonly at: string; readonly ownSystem: string | undefined },
): number {
  switch (pick.kind) {
    case 'index':
      return pick.index;
    case 'own': {
      const isOwn = (coding: Json): boolean =>
        isJsonObject(coding) && coding.system === ownSystem && isText(coding.code);
      return Math.max(elements.findIndex(isOwn), 0);
    }
    case 'where':
      return elements.findIndex((element, index) => {
        if (element === null) return false;
        if (!isJsonObject(element)) throw new FhirProblem(`${at}[${index}]`, 'an object is expected');
        return pick.conditions.every((condition) => holds(element, condition, `${at}[${index}]`));
      });
  }
}

function holds(element: JsonObject, { path, text }: Condition, at: string): boolean {
  try {
    return find(element, path)?.value === text;
  } catch (error) {
    throw error instanceof FhirProblem ? error.at(`${at}.${error.path}`) : error;
  }
}

function placeFor(node: JsonObject, { member, pick }: PathStep): { holder: JsonObject | Json[]; key: string | number } {
  if (pick === undefined) return { holder: node, key: member };
  const held = node[member];
  const elements = Array.isArray(held) ? held : [];
  if (elements !== held) node[member] = elements;
  if (pick.kind === 'index') {
    while (elements.length < pick.index) elements.push(null);
    return { holder: elements, key: pick.index };
  }
  if (pick.kind === 'own') return { holder: elements, key: 0 };
  if (pick.kind === 'each') return { holder: elements, key: elements.length };
  const first = picked(elements, pick, { at: member, ownSystem: undefined });
  return { holder: elements, key: first < 0 ? elements.length : first };
}

function assign(holder: JsonObject | Json[], key: string | number, value: Json): void {
  (holder as JsonObject)[key] = value;
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

function parseStep(text: string): PathStep {
  const match = /^([A-Za-z_]\w*)(?:\[(.+)\])?$/.exec(text);
  if (match?.[1] === undefined) throw new RangeError(`no FHIR path step: ${JSON.stringify(text)}`);
  const member = match[1];
  return match[2] === undefined ? { member } : { member, pick: parsePick(match[2]) };
}

function parsePick(text: string): PathPick {
  if (/^\d+$/.test(text)) return { kind: 'index', index: Number(text) };
  if (text === 'own') return { kind: 'own' };
  if (text === '*') return { kind: 'each' };
  const conditions = splitOutside(text, '&').map((condition) => {
    const equals = condition.indexOf('=');
    if (equals < 1) throw new RangeError(`no condition of a FHIR path: ${JSON.stringify(condition)}`);
    return { path: parsePath(condition.slice(0, equals)), text: condition.slice(equals + 1) };
  });
  return { kind: 'where', conditions };
}

/** Splits at a separator that stands outside brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']') depth--;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
      at = start - 1;
    }
  }
  if (depth !== 0) throw new RangeError(`brackets do not match: ${JSON.stringify(text)}`);
  return [...parts, text.slice(start)];
}
