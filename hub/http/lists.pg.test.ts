import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';

/** What is answered whole, and why. */
const WHOLE: Readonly<Record<string, string>> = {
  '/reports/weekly': 'a report, read and printed as a whole: what is small is hidden across all of its lines',
  '/consolidated/weekly': 'the same of the nation',
  '/passkeys': 'of one person, ten at most',
};

type Schema = {
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
};
type Get = {
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
};
type List = { readonly path: string; readonly parameters: readonly string[] };

const PASSWORD = 'Baobab-Niger-Kora';
let hub: TestHub;
let headers: { readonly authorization: string };

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
  for (const code of ['cscom_sangha', 'cscom_ireli', 'cscom_bongo']) {
    const node = await hub.enrolled(code, { region: code === 'cscom_bongo' ? 'Gao' : 'Mopti' });
    const now = Date.now();
    const practitioner = node.create('practitioner', { familyName: 'Dolo' });
    const hours = { from: now, until: now + 3600_000, reviewBy: now + 7 * 24 * 3600_000 };
    const why = { reason: 'other', text: 'sans carnet', patientNumber: 'X00001A' };
    node.create('emergencyAccess', { practitioner, facility: node.enrolled?.facilityId as string, ...hours, ...why });
    await hub.exchange(node);
  }
  await hub.settled();
  await hub.operator('POST', '/users', { login: 'ministere', password: PASSWORD, role: 'ministry' });
  headers = await hub.tokenOf('ministere', PASSWORD);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const holdsList = (schema: Schema | undefined): boolean =>
  schema?.type === 'array' ||
  Object.values(schema?.properties ?? {}).some(({ type, items }) => type === 'array' && items?.type === 'object');

/** Every operation that answers a list of things, by the API's own document. */
async function lists(): Promise<readonly List[]> {
  const { paths } = (await hub.get('/openapi.json')) as { paths: Readonly<Record<string, { get?: Get }>> };
  return Object.entries(paths).flatMap(([path, { get }]) => {
    if (get === undefined || path.endsWith('.json')) return [];
    expect(get.responses['200']?.content, path).toBeDefined();
    const schema = get.responses['200']?.content?.['application/json']?.schema;
    const parameters = (get.parameters ?? []).map(({ name }) => name);
    return holdsList(schema) ? [{ path: path.replace('/api/v1', ''), parameters }] : [];
  });
}

/** How an answer is packed as it travels: `fetch` would unpack it. */
const packingOf = (url: string, accepted: string) =>
  new Promise<string | undefined>((resolve, reject) => {
    request(url, { headers: { ...headers, 'accept-encoding': accepted } }, (response) => {
      response.resume().on('end', () => resolve(response.headers['content-encoding']));
    })
      .on('error', reject)
      .end();
  });

describe('every list of the hub’s API', () => {
  it('has a limit and a cursor, but for those that are read whole', async () => {
    const found = await lists();
    const growing = found.filter(({ path }) => WHOLE[path] === undefined);
    expect(growing.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/audit', '/emergency-accesses', '/facilities/proofs']),
    );
    const missing = growing.filter(({ parameters }) => !['limit', 'cursor'].every((name) => parameters.includes(name)));
    expect(missing).toEqual([]);
    const known = found.map(({ path }) => path);
    expect(Object.keys(WHOLE).filter((path) => !known.includes(path))).toEqual([]);
  });

  it('refuses a limit that is too great, none, or no number', async () => {
    for (const { path, parameters } of await lists()) {
      if (!parameters.includes('limit')) continue;
      for (const limit of ['201', '100000000', '0', '-1', '1.5', 'all'])
        await expect(hub.get(`${path}?limit=${limit}`, headers), path).rejects.toMatchObject({ code: 'SH-I001' });
    }
  });

  it('gives the same in pages of one as in one page, each once', async () => {
    for (const path of ['/facilities/proofs', '/emergency-accesses']) {
      type Page = { readonly facilities: readonly unknown[]; readonly nextCursor?: string };
      const whole = (await hub.get(`${path}?limit=200`, headers)) as Page;
      const seen: unknown[] = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page = (await hub.get(`${path}?limit=1${next}`, headers)) as Page;
        expect(page.facilities.length).toBeLessThanOrEqual(1);
        seen.push(...page.facilities);
        next = page.nextCursor === undefined ? undefined : `&cursor=${encodeURIComponent(page.nextCursor)}`;
      }
      expect([path, seen.length, seen]).toEqual([path, 3, whole.facilities]);
    }
  });

  it('is packed by Brotli or gzip for whoever takes it', async () => {
    const packed: string[] = [];
    for (const { path } of [{ path: '/openapi.json' }, ...(await lists())]) {
      if (path === '/reports/weekly') continue;
      const at = `${hub.url}/api/v1${path}`;
      const encodings = [await packingOf(at, 'br'), await packingOf(at, 'gzip'), await packingOf(at, 'identity')];
      // What is short is not packed.
      if (encodings[0] === undefined) continue;
      expect([path, encodings]).toEqual([path, ['br', 'gzip', undefined]]);
      packed.push(path);
    }
    expect(packed).toEqual(expect.arrayContaining(['/openapi.json', '/facilities/proofs', '/audit']));
  });
});
