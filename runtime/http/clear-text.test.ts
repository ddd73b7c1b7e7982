import { describe, expect, it } from 'vitest';
import { isClearUrl } from './clear-text.ts';

describe('a URL', () => {
  it('is in clear when it goes to another machine without TLS', () => {
    expect(['http://hub.sante.ml', 'http://10.0.0.5:8700/x', 'http://localhost.sante.ml'].map(isClearUrl)).toEqual([
      true,
      true,
      true,
    ]);
    const safe = ['https://hub.sante.ml', 'http://localhost:8700', 'http://127.0.0.1:1', 'http://[::1]:8700/'];
    expect(safe.map(isClearUrl)).toEqual([false, false, false, false]);
  });
});
