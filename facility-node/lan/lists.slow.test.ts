import { request } from 'node:http';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { describe, expect, it } from 'vitest';
import type { ApiDocument, JsonSchema } from './api-document.ts';
import { openTestClinic, TEST_PASSWORD, type TestClient, type TestClinic } from './testing/test-clinic.ts';

/** What is answered whole, and why it cannot grow. */
const WHOLE: Readonly<Record<string, string>> = {
  '/api/v1/factors': 'what one person signs in with',
  '/api/v1/sessions/own': 'of one person, and the hundred used last',
  '/api/v1/roles': 'one line for each role of the release',
  '/api/v1/roles/{role}': 'one role',
  '/api/v1/patients/{id}/consents': 'of one patient, printed as a whole',
  '/api/v1/patients/{id}/accesses': 'of one patient, printed as a whole and cut at a limit of its own',
  '/api/v1/patients/{id}/accesses/proof': 'a file, of the same entries',
  '/api/v1/reports/weekly': 'one row for each disease of the decree',
  '/api/v1/encounters/{id}': 'one consultation, whose parts are limited where it is recorded',
};

/** Lists without pages: the likeliest first, and no more than asked for. */
const RANKED = ['/api/v1/patients/{id}/duplicates', '/api/v1/emergency-accesses/patients'];

type List = { readonly path: string; readonly parameters: readonly string[] };

const holdsList = (schema: JsonSchema | undefined): boolean =>
  schema?.type === 'array' ||
  Object.entries(schema?.properties ?? {}).some(
    ([, inner]) => inner.type === 'array' && inner.items?.type === 'object',
  );

/** Every operation that answers a list of things, by the API's own document; all must describe what they answer. */
async function listsOf(clinic: TestClinic): Promise<readonly List[]> {
  const { body } = await clinic.anonymous('GET', '/api/v1/openapi.json');
  return Object.entries((body as ApiDocument).paths).flatMap(([path, { get }]) => {
    if (get === undefined || !path.startsWith('/api/v1/') || path.endsWith('.json')) return [];
    const answer = get.responses['200'] as { content?: Record<string, { schema: JsonSchema }> } | undefined;
    expect(answer?.content, path).toBeDefined();
    // A file is no list.
    const schema = answer?.content?.['application/json']?.schema;
    return holdsList(schema) ? [{ path, parameters: (get.parameters ?? []).map(({ name }) => name) }] : [];
  });
}

/** The head of an answer as it travels: `fetch` would unpack it. */
const headOf = (url: string, headers: Readonly<Record<string, string>>) =>
  new Promise<{ encoding: string | undefined; vary: string | undefined }>((resolve, reject) => {
    request(url, { headers }, (response) => {
      const { 'content-encoding': encoding, vary } = response.headers;
      response.resume().on('end', () => resolve({ encoding, vary }));
    })
      .on('error', reject)
      .end();
  });

/** Three records of every type, as far as they can be made from nothing but a patient. */
async function fill(clinic: TestClinic, head: TestClient): Promise<void> {
  for (const number of [1, 2, 3]) {
    const { body } = await head('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: `Domo ${number}`, village: 'Sangha '.repeat(8) },
    });
    const patient = body.id as string;
    clinic.store.transact({ author: null, role: 'system' }, (tx) => {
      for (const type of RECORD_TYPES.filter(({ name }) => name !== 'patient')) {
        const texts = Object.entries(type.fields).filter(([, field]) => field.kind === 'text');
        const fields = Object.fromEntries(
          texts.map(([name]) => [name, 'Une phrase assez longue pour un vrai dossier. '.repeat(9)]),
        );
        tx.create(type, type.fields.patient === undefined ? fields : { ...fields, patient });
      }
    });
  }
}

describe('every list of the LAN API', () => {
  it('has a limit and a cursor, but for those that cannot grow', async () => {
    await using clinic = await openTestClinic();
    const lists = await listsOf(clinic);
    expect(lists.length).toBeGreaterThan(15);
    const missing = lists.filter(
      ({ path, parameters }) =>
        WHOLE[path] === undefined &&
        !(parameters.includes('limit') && (RANKED.includes(path) || parameters.includes('cursor'))),
    );
    expect(missing).toEqual([]);
    const known = lists.map(({ path }) => path);
    expect([...Object.keys(WHOLE), ...RANKED].filter((path) => !known.includes(path))).toEqual([]);
  });

  it('refuses a limit that is too great, none, or no number, and a cursor that is not its own', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    for (const { path, parameters } of await listsOf(clinic)) {
      if (!parameters.includes('limit')) continue;
      const at = path.replace('{id}', '00000000-0000-8000-8000-000000000000');
      for (const limit of ['201', '100000000', '0', '-1', '1.5', 'all']) {
        const { status, body } = await head('GET', `${at}?limit=${limit}`);
        expect([path, limit, status, body.errors?.[0]?.field]).toEqual([path, limit, 422, 'limit']);
      }
      if (!parameters.includes('cursor')) continue;
      const { status } = await head('GET', `${at}?cursor=${Buffer.from('p1 or 1=1').toString('base64url')}`);
      expect([path, status]).toEqual([path, 422]);
    }
  });

  it('gives the same in pages of one as in one page, each item once', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    await fill(clinic, head);
    const seen: string[] = [];
    for (const { path, parameters } of await listsOf(clinic)) {
      if (!parameters.includes('cursor')) continue;
      // The trail grows with each look at it.
      if (path === '/api/v1/audit') continue;
      const { body: whole } = await head('GET', `${path}?limit=200`);
      const items: unknown[] = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const { body } = await head('GET', `${path}?limit=1${next}`);
        expect(body.items.length, path).toBeLessThanOrEqual(1);
        items.push(...body.items);
        next = body.nextCursor === undefined ? undefined : `&cursor=${body.nextCursor}`;
      }
      expect([path, items]).toEqual([path, whole.items]);
      if (items.length > 1) seen.push(path);
    }
    expect(seen.length).toBeGreaterThan(12);
  });

  it('is packed by Brotli or gzip for whoever takes it', async () => {
    await using clinic = await openTestClinic();
    const head = await clinic.as('head');
    await fill(clinic, head);
    const { body: session } = await clinic.anonymous('POST', '/api/v1/sessions', {
      body: { login: 'head', password: TEST_PASSWORD },
    });
    const authorization = `Bearer ${session.accessToken}`;
    const packed: string[] = [];
    for (const { path } of await listsOf(clinic)) {
      if (path.includes('{')) continue;
      const heads = [];
      for (const accepted of ['br', 'gzip', 'identity'])
        heads.push(await headOf(clinic.url + path, { authorization, 'accept-encoding': accepted }));
      expect([path, heads.map(({ vary }) => vary)]).toEqual([path, Array(3).fill('Accept-Encoding')]);
      const encodings = heads.map(({ encoding }) => encoding);
      if (encodings[0] === undefined) continue;
      expect([path, encodings]).toEqual([path, ['br', 'gzip', undefined]]);
      packed.push(path);
    }
    expect(packed.length).toBeGreaterThan(10);
  });
});
