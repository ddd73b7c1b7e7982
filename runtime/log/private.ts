import { inspect } from 'node:util';
import { failRuntime } from '../errors/runtime-errors.ts';

/** What a confidential value does when something tries to print it. */
export type OnLeak = 'throw' | 'mask';

/** What is printed in place of a confidential value. */
export const mask = '[confidential]';

/**
 * A value that refuses to be printed: health data, a phone number, a key. `String(v)`, a template, `JSON.stringify` and
 * `inspect` give `[confidential]`, or throw SH-B002 when made with `onLeak: 'throw'`; a logger made with `onLeak: 'throw'`
 * throws for any of them. Only `reveal()` gives the value.
 */
export class Private<T> {
  readonly #value: T;
  readonly #onLeak: OnLeak;

  constructor(value: T, onLeak: OnLeak = 'mask') {
    this.#value = value;
    this.#onLeak = onLeak;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    if (this.#onLeak === 'throw') throw failRuntime('SH-B002');
    return mask;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Wraps a value so that no log, message or dump can hold it. */
export const confidential = <T>(value: T, onLeak: OnLeak = 'mask'): Private<T> => new Private(value, onLeak);
