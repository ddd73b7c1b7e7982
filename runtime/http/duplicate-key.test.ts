import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateKey } from './duplicate-key.ts';

describe('a name that stands twice in one object', () => {
  it.each([
    ['{"role":"nurse","role":"admin"}', 'role'],
    ['{"a":{"b":1,"c":[{"d":1,"d":2}]}}', 'd'],
    ['{"role":1,"r\\u006fle":2}', 'role'],
    ['{"a" :1,\n"a"\t: 2}', 'a'],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('is found in %s', (text, name) => {
    expect(duplicateKey(text)).toBe(name);
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":["a","a"],"c":"{\\"a\\":1,\\"a\\":2}"}',
    '"a"',
    '{',
  ])('is not found in %s', (text) => {
    expect(duplicateKey(text)).toBeUndefined();
  });

  it('is in no text that was written from a value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(duplicateKey(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });
});
