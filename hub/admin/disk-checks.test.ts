import { describe, expect, it } from 'vitest';
import { diskChecks } from './disk-checks.ts';

describe('the disk of a hub', () => {
  it.each([
    [5 * 1024 ** 3, undefined],
    [1024 ** 3 - 1, 'degraded'],
    [50 * 1024 ** 2, 'failing'],
  ])('with %i bytes free is %s', (freeBytes, state) => {
    expect(diskChecks(freeBytes)[0]?.state).toBe(state);
  });
});
