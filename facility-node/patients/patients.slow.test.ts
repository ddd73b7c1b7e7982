import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient } from '../lan/testing/test-clinic.ts';

const register = async (client: TestClient, fields: Readonly<Record<string, unknown>>): Promise<string> => {
  const { status, body } = await client('POST', '/api/v1/patients', { body: fields });
  expect(status).toBe(201);
  return body.id;
};

const found = async (client: TestClient, search: string): Promise<readonly string[]> => {
  const { body } = await client('GET', `/api/v1/patients?search=${encodeURIComponent(search)}`);
  return body.items.map((item: { givenName: string; familyName: string }) => `${item.givenName} ${item.familyName}`);
};

describe('patients', () => {
  it('are registered under a printed number and read back with an ETag', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    const made = await registrar('POST', '/api/v1/patients', {
      body: { familyName: ' Traoré ', givenName: 'Awa', sex: 'female', birthDate: '1990~', phone: '76 12 34 56' },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ familyName: 'Traoré', phone: '+22376123456', birthDate: '1990~' });
    expect(made.body.number).toMatch(/^CSCOM-SANGHA-00001-[0-9A-Z]$/);
    const read = await registrar('GET', `/api/v1/patients/${made.body.id}`);
    expect(read.body).toEqual(made.body);
    expect(read.headers.get('etag')).toBe(`"${made.body.version}"`);
  });

  it('are found by any spelling of their names, in any order, while one types', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await register(registrar, { familyName: 'Traoré', givenName: 'Awa' });
    await register(registrar, { familyName: 'Coulibaly', givenName: 'Mahamadou' });
    await register(registrar, { familyName: 'Diarra', givenName: 'Djénéba' });
    for (const typed of ['tra', 'TRAORE', 'Traoré', 'traore aw', 'awa t']) {
      expect(await found(registrar, typed), typed).toEqual(['Awa Traoré']);
    }
    for (const typed of ['kulibali', 'Coul', 'mamadu', 'Coulibali Ma']) {
      expect(await found(registrar, typed), typed).toEqual(['Mahamadou Coulibaly']);
    }
    for (const typed of ['di', 'dia', 'jara', 'jeneba jara', 'dieneb']) {
      expect(await found(registrar, typed), typed).toEqual(['Djénéba Diarra']);
    }
    expect(await found(registrar, 'awa coulibaly')).toEqual([]);
  });

  it('are found by any run of digits of their phone and by their printed number', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await register(registrar, { familyName: 'Dolo', givenName: 'Apomi', phone: '76 12 34 56' });
    await register(registrar, { familyName: 'Guindo', givenName: 'Yassagou', phone: 'pas de téléphone 12' });
    const id = await register(registrar, { familyName: 'Saye', givenName: 'Domo', phone: '66778899' });
    for (const typed of ['7612', '76 12 34', '3456', '1234', '+223 76 12 34 56', '0022376123456', 'dolo 456']) {
      expect(await found(registrar, typed), typed).toEqual(['Apomi Dolo']);
    }
    const { number } = (await registrar('GET', `/api/v1/patients/${id}`)).body;
    for (const typed of [number, number.toLowerCase().replaceAll('-', ' '), number.replaceAll('-', ''), '00003', '3']) {
      expect(await found(registrar, typed), typed).toEqual(['Domo Saye']);
    }
  });

  it('are found by their new name and not by the old one', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    const { body } = await registrar('POST', '/api/v1/patients', { body: { familyName: 'Konaté', givenName: 'Ali' } });
    const amended = await registrar('PATCH', `/api/v1/patients/${body.id}`, {
      body: { familyName: 'Sangaré' },
      headers: { 'if-match': `"${body.version}"` },
    });
    expect(amended.status).toBe(200);
    expect(await found(registrar, 'konate')).toEqual([]);
    expect(await found(registrar, 'sangare')).toEqual(['Ali Sangaré']);
  });

  it('come with who is called exactly so first', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await register(registrar, { familyName: 'Ba', givenName: 'Oumar' });
    await register(registrar, { familyName: 'Bagayoko', givenName: 'Oumar' });
    await register(registrar, { familyName: 'Bah', givenName: 'Oumar' });
    expect(await found(registrar, 'oumar ba')).toEqual(['Oumar Ba', 'Oumar Bah', 'Oumar Bagayoko']);
  });

  it('are searched without harm by anything that can be typed', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await register(registrar, { familyName: 'Dolo', givenName: 'Apomi' });
    for (const typed of ['"', '*', 'dolo" OR plain:"b', 'NEAR(', '-', '  ', '你好', "'; drop table record; --"]) {
      const { status } = await registrar('GET', `/api/v1/patients?search=${encodeURIComponent(typed)}`);
      expect([typed, status]).toEqual([typed, 200]);
    }
  });

  it('are listed page by page in the order of their registration', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    for (const givenName of ['A', 'B', 'C', 'D', 'E']) await register(registrar, { familyName: 'Dolo', givenName });
    const seen: string[] = [];
    let path = '/api/v1/patients?limit=2';
    for (;;) {
      const { body } = await registrar('GET', path);
      seen.push(...body.items.map((item: { givenName: string }) => item.givenName));
      if (body.nextCursor === undefined) break;
      path = `/api/v1/patients?limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen.join('')).toBe('ABCDE');
    expect((await registrar('GET', '/api/v1/patients?limit=201')).status).toBe(422);
    expect((await registrar('GET', '/api/v1/patients?cursor=x')).body.errors).toMatchObject([{ field: 'cursor' }]);
  });

  it('are taken with what is missing or odd, and refused with what cannot be, in French and field by field', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    await register(registrar, { familyName: 'Dolo', givenName: 'Apomi', phone: '12 chez le voisin' });
    const future = await registrar('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: 'Apomi', birthDate: '2030-01-01' },
    });
    expect(future.status).toBe(422);
    expect(future.body.code).toBe('SH-I130');
    expect(future.body.errors).toEqual([{ field: 'birthDate', message: 'cette date est dans le futur' }]);
    const wrong = await registrar('POST', '/api/v1/patients', { body: { givenName: 3, sexe: 'F', birthDate: 'hier' } });
    expect(wrong.status).toBe(422);
    expect(wrong.headers.get('content-type')).toContain('application/problem+json');
    expect(wrong.body.errors).toEqual([
      { field: 'familyName', message: expect.stringContaining('attendu') },
      { field: 'givenName', message: expect.stringContaining('chaîne de caractères attendu') },
      { field: 'birthDate', message: expect.stringContaining('AAAA-MM-JJ') },
      { field: 'sexe', message: 'champ inconnu' },
    ]);
  });

  it('are not born after they were first cared for', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await register(nurse, { familyName: 'Dolo', givenName: 'Apomi' });
    await nurse('POST', '/api/v1/encounters', { body: { patient: id, start: '2025-12-01T09:00:00Z' } });
    const amend = (birthDate: string) =>
      nurse('PATCH', `/api/v1/patients/${id}`, { body: { birthDate }, headers: { 'if-match': '*' } });
    const refused = await amend('2025-12-24');
    expect(refused.body.errors).toMatchObject([{ field: 'birthDate' }]);
    expect((await amend('2025-12-01')).status).toBe(200);
  });
});
