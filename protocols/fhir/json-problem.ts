/** Where a text stops being JSON (RFC 8259). Lines and columns count from 1, columns in UTF-16 units. */
export type JsonProblem = { readonly line: number; readonly column: number; readonly reason: string };

type Reading = { at: number; readonly text: string; depth: number };

const WHITE = /[ \t\n\r]*/y;
// Any character but the quote, the backslash and those below U+0020.
const STRING =
  /"[[^"\\]--[\p{Cc}--[\x7f-\x9f]]]*(?:\\(?:["\\\/bfnrt]|u[0-9a-fA-F]{4})[[^"\\]--[\p{Cc}--[\x7f-\x9f]]]*)*"/vy;
const BROKEN_STRING =
  /"[[^"\\]--[\p{Cc}--[\x7f-\x9f]]]*(?:\\(?:["\\\/bfnrt]|u[0-9a-fA-F]{4})[[^"\\]--[\p{Cc}--[\x7f-\x9f]]]*)*/vy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.])|true|false|null/y;
const MAX_DEPTH = 2000;

/**
 * The first place where the text is not JSON, found by reading it again: engines tell it in words only. Undefined when it
 * is JSON after all.
 */
export function jsonProblem(text: string): JsonProblem | undefined {
  const reading: Reading = { at: 0, text, depth: 0 };
  const reason = value(reading) ?? end(reading);
  if (reason === undefined) return undefined;
  const before = text.slice(0, reading.at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: reading.at - lineStart + 1, reason };
}

function end(reading: Reading): string | undefined {
  take(reading, WHITE);
  return reading.at < reading.text.length ? 'something follows the end of the value' : undefined;
}

function value(reading: Reading): string | undefined {
  take(reading, WHITE);
  if (reading.depth > MAX_DEPTH) return 'values are nested too deeply';
  const first = reading.text[reading.at];
  if (first === '{') return members(reading);
  if (first === '[') return elements(reading);
  if (first === '"') return string(reading);
  if (take(reading, SCALAR)) return undefined;
  return first === undefined ? 'the text ends where a value is expected' : 'a value is expected';
}

function string(reading: Reading): string | undefined {
  if (take(reading, STRING)) return undefined;
  take(reading, BROKEN_STRING);
  return reading.at >= reading.text.length ? 'the text ends inside a string' : 'a character that a string cannot hold';
}

function members(reading: Reading): string | undefined {
  return list(reading, '}', () => {
    if (reading.text[reading.at] !== '"') return 'a member name is expected';
    const problem = string(reading);
    if (problem !== undefined) return problem;
    take(reading, WHITE);
    if (reading.text[reading.at] !== ':') return '":" is expected after a member name';
    reading.at++;
    return value(reading);
  });
}

function elements(reading: Reading): string | undefined {
  return list(reading, ']', () => value(reading));
}

function list(reading: Reading, closing: '}' | ']', item: () => string | undefined): string | undefined {
  reading.at++;
  reading.depth++;
  take(reading, WHITE);
  for (let isFirst = true; ; isFirst = false) {
    if (isFirst && reading.text[reading.at] === closing) break;
    const problem = item();
    if (problem !== undefined) return problem;
    take(reading, WHITE);
    const next = reading.text[reading.at];
    if (next === closing) break;
    if (next === undefined) return `the text ends before "${closing}"`;
    if (next !== ',') return `"," or "${closing}" is expected`;
    reading.at++;
    take(reading, WHITE);
  }
  reading.at++;
  reading.depth--;
  return undefined;
}

function take(reading: Reading, pattern: RegExp): boolean {
  pattern.lastIndex = reading.at;
  const match = pattern.exec(reading.text);
  if (match === null) return false;
  reading.at += match[0].length;
  return true;
}
