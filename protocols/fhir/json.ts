/**
 * A number kept as the text it was written in (ECMAScript `JSON.rawJSON`), because a double would lose digits: FHIR R4
 * §2.24.0.1 gives decimals a precision, `1.50` is not `1.5`.
 */
// An interface, for it has no implicit index signature and so is no JsonObject to the compiler.
export interface ExactNumber {
  readonly rawJSON: string;
}

/** A JSON value as this folder handles it. */
export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject;

/** A JSON object; members are added and removed in place only in copies that this folder made. */
export type JsonObject = { [member: string]: Json | undefined };

type JsonWithSource = {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): boolean;
};

// TypeScript 7.0 does not declare the source text proposal yet.
const sourced = JSON as unknown as JsonWithSource;

// Members that are numbers. FHIR R4 has no arrays of numbers.
const NUMBER_MEMBER = /"\s*:\s*(-?\d[\d.eE+-]*)/g;

/** The value of a JSON text, its decimals exact; throws a SyntaxError, whose place {@link jsonProblem} tells. */
export function parseJson(text: string): Json {
  if (!hasInexactNumber(text)) return JSON.parse(text) as Json;
  return sourced.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? sourced.rawJSON(source) : value,
  ) as Json;
}

// The reviver makes parsing several times slower, and few files need it.
function hasInexactNumber(text: string): boolean {
  for (const [, written] of text.matchAll(NUMBER_MEMBER)) if (String(Number(written)) !== written) return true;
  return false;
}

/** A decimal text as the JSON number that keeps all its digits. */
export function exactNumber(decimal: string): number | ExactNumber {
  const value = Number(decimal);
  return String(value) === decimal ? value : sourced.rawJSON(decimal);
}

/** The text of a JSON number; undefined when the value is none. */
export function numberText(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return isExactNumber(value) ? value.rawJSON : undefined;
}

/** Whether the value is a number kept as text. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return sourced.isRawJSON(value);
}

/** Whether the value is an object, not an array, null or a number kept as text. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}

/** A copy that shares no object or array with the original. */
export function copyJson<Value extends Json>(value: Value): Value {
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  if (Array.isArray(value)) return value.map(copyJson) as Value;
  const copy: JsonObject = {};
  for (const member of Object.keys(value)) {
    const held = (value as JsonObject)[member];
    if (held !== undefined) setMember(copy, member, copyJson(held));
  }
  return copy as Value;
}

/** Whether two values are equal, whatever the order of members. */
export function isSameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((element, index) => isSameJson(element, right[index]));
  }
  if (isExactNumber(left)) return isExactNumber(right) && left.rawJSON === right.rawJSON;
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const members = Object.keys(left);
  if (members.length !== Object.keys(right).length) return false;
  return members.every((member) => Object.hasOwn(right, member) && isSameJson(left[member], right[member]));
}

// A member called `__proto__` would otherwise set the prototype and vanish.
function setMember(target: JsonObject, member: string, value: Json): void {
  if (member !== '__proto__') target[member] = value;
  else Object.defineProperty(target, member, { value, enumerable: true, configurable: true, writable: true });
}
