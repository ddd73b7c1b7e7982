import { describe, expect, it } from 'vitest';
import { openTestClinic } from './testing/test-clinic.ts';

describe('a member of staff', () => {
  it('is held to a pace that nobody works at, and no colleague is', async () => {
    await using clinic = await openTestClinic({ isPaced: true });
    const nurse = await clinic.as('nurse');
    const midwife = await clinic.as('midwife');
    const statuses = new Map<number, number>();
    for (let round = 0; round < 13; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => nurse('GET', '/api/v1/patients?limit=1')));
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 600, 429: 50 });
    expect((await midwife('GET', '/api/v1/patients?limit=1')).status).toBe(200);
  });

  it('does not turn the pages of the whole register', async () => {
    await using clinic = await openTestClinic({ isPaced: true });
    const nurse = await clinic.as('nurse');
    for (const givenName of ['Apomi', 'Yassa'])
      await nurse('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName } });
    const first = await nurse('GET', '/api/v1/patients?limit=1');
    const next = `/api/v1/patients?limit=1&cursor=${first.body.nextCursor}`;
    for (let page = 0; page < 300; page++) expect((await nurse('GET', next)).status).toBe(200);
    expect((await nurse('GET', next)).body.code).toBe('SH-A005');
    expect((await nurse('GET', '/api/v1/patients?limit=1')).status).toBe(200);
  });
});
