import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { failRuntime } from '../errors/runtime-errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { createHttpApp } from './http-app.ts';
import { openApiDocument } from './open-api.ts';
import { type Route, type RouteContext, routeMaker } from './route.ts';

type Policy = 'anyone' | 'staff';
type Principal = { readonly name: string };

const route = routeMaker<Policy, Principal>();
const open = { policy: 'anyone', summary: 'Says something' } as const;

const book = z.strictObject({ title: z.string().min(1), pages: z.array(z.object({ number: z.number().int() })) });

const routes: readonly Route<Policy, Principal>[] = [
  route({ ...open, method: 'get', path: '/hello/:name', handler: ({ params }) => ({ body: { hello: params.name } }) }),
  route({ ...open, method: 'get', path: '/me', policy: 'staff', handler: ({ principal }) => ({ body: principal }) }),
  route({
    ...open,
    method: 'post',
    path: '/books',
    params: z.object({}),
    query: z.object({ draft: z.enum(['yes', 'no']).optional() }),
    body: book,
    responses: { 201: { description: 'Kept', body: book } },
    handler: ({ body, query }) => ({ status: 201, headers: { location: '/books/1' }, body: { ...body, query } }),
  }),
  route({ ...open, method: 'put', path: '/books', policy: 'staff', body: book, handler: () => ({}) }),
  route({
    ...open,
    method: 'post',
    path: '/frames',
    bodyType: 'bytes',
    contentTypes: ['application/x-frames'],
    maxBodyBytes: 4,
    handler: ({ body }: RouteContext<Principal, unknown, unknown, unknown>) => ({
      headers: { 'content-type': 'application/x-frames' },
      body: body as Buffer,
    }),
  }),
  route({
    ...open,
    method: 'post',
    path: '/form',
    bodyType: 'form',
    body: z.strictObject({ text: z.string() }),
    handler: ({ body }) => ({ body }),
  }),
  route({
    ...open,
    method: 'post',
    path: '/stream',
    bodyType: 'stream',
    handler: async ({ request: incoming }) => ({ body: { length: (await text(incoming)).length } }),
  }),
  route({ ...open, method: 'get', path: '/nothing', handler: () => ({}) }),
  route({ ...open, method: 'get', path: '/long', handler: () => ({ body: { long: 'la '.repeat(2000) } }) }),
  route({
    ...open,
    method: 'get',
    path: '/broken',
    handler: () => {
      throw new Error('select secret from patient');
    },
  }),
  route({
    ...open,
    method: 'get',
    path: '/whence',
    handler: ({ request }) => ({ body: { address: request.ip, isSecure: request.secure } }),
  }),
  route({
    ...open,
    method: 'get',
    path: '/raw',
    handler: ({ response }) => {
      response.type('text/plain').send('by hand');
      return undefined;
    },
  }),
];

const serve = async (trustedProxies: readonly string[] = []) => {
  const recorded = recordingLog();
  const app = createHttpApp<Policy, Principal>({
    log: recorded.log,
    clock: new FakeClock(),
    maxBodyBytes: 1000,
    trustedProxies,
    basePath: '/api/v1',
    routes,
    authorise: async (policy, { headers }) => {
      if (policy === 'staff' && headers.authorization === undefined) throw failRuntime('SH-A001');
      return { name: headers.authorization ?? 'anyone' };
    },
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const { port } = server.address() as { port: number };
  return { ...recorded, port, url: `http://127.0.0.1:${port}/api/v1` };
};

const servers: { close(): unknown; closeAllConnections(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const json = { 'content-type': 'application/json' };
const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
  fetch(url, { method: 'POST', headers, body });

const expectProblem = async (answer: Response, status: number, code: string): Promise<Record<string, unknown>> => {
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    'application/problem+json; charset=utf-8',
  ]);
  const problem = (await answer.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ status, code, requestId: answer.headers.get('x-request-id') });
  return problem;
};

describe('a route', () => {
  it('answers JSON, bytes as they are, by hand, or 204 without content', async () => {
    const { url } = await serve();
    expect(await (await fetch(`${url}/hello/awa`)).json()).toEqual({ hello: 'awa' });
    expect((await fetch(`${url}/nothing`)).status).toBe(204);
    expect(await (await fetch(`${url}/raw`)).text()).toBe('by hand');
    const frames = await post(`${url}/frames`, Uint8Array.of(1, 2, 255), { 'content-type': 'application/x-frames' });
    expect(new Uint8Array(await frames.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 255));
  });

  it('is told the address of the connection, and by a proxy that is trusted the one before it, whatever a visitor says', async () => {
    // What the visitor wrote stands first; each proxy adds whom it heard.
    const headers = { 'x-forwarded-for': '8.8.8.8, 41.73.0.1', 'x-forwarded-proto': 'https' };
    const whence = async (proxies: readonly string[]) =>
      (await fetch(`${(await serve(proxies)).url}/whence`, { headers })).json();
    expect(await whence([])).toEqual({ address: expect.stringMatching(/127\.0\.0\.1$/), isSecure: false });
    expect(await whence(['10.0.0.0/8'])).toMatchObject({ address: expect.stringMatching(/127\.0\.0\.1$/) });
    expect(await whence(['127.0.0.1'])).toEqual({ address: '41.73.0.1', isSecure: true });
    expect(await whence(['127.0.0.1', '41.73.0.0/16'])).toMatchObject({ address: '8.8.8.8' });
  });

  it('gives its handler what its schemas made of body and query', async () => {
    const { url } = await serve();
    const answer = await post(`${url}/books?draft=yes`, JSON.stringify({ title: 'A', pages: [] }));
    expect([answer.status, answer.headers.get('location')]).toEqual([201, '/books/1']);
    expect(await answer.json()).toEqual({ title: 'A', pages: [], query: { draft: 'yes' } });
  });

  it('names each field that was refused, unknown ones too', async () => {
    const { url } = await serve();
    const answer = await post(`${url}/books`, JSON.stringify({ title: '', pages: [{ number: 1.5 }], extra: 1 }));
    const problem = await expectProblem(answer, 422, 'SH-I001');
    expect((problem.errors as { field: string }[]).map(({ field }) => field).toSorted()).toEqual([
      'extra',
      'pages.0.number',
      'title',
    ]);
    await expectProblem(await post(`${url}/books`, ''), 422, 'SH-I001');
    await expectProblem(await post(`${url}/books?draft=perhaps`, '{"title":"A","pages":[]}'), 422, 'SH-I001');
  });

  it('asks who it is before it reads the body', async () => {
    const { url } = await serve();
    await expectProblem(await fetch(`${url}/me`), 401, 'SH-A001');
    await expectProblem(
      await fetch(`${url}/books`, { method: 'PUT', body: 'not json', headers: json }),
      401,
      'SH-A001',
    );
    expect(await (await fetch(`${url}/me`, { headers: { authorization: 'awa' } })).json()).toEqual({ name: 'awa' });
  });

  it('without a policy cannot be mounted, nor can two of the same method and path', () => {
    const options = {
      log: recordingLog().log,
      clock: new FakeClock(),
      maxBodyBytes: 1,
      authorise: async () => undefined,
    };
    const plain = { ...open, method: 'get', path: '/x', handler: () => ({}) } as const;
    const loose = { ...plain, policy: undefined as unknown as Policy };
    const refusal = expect.objectContaining({ code: 'SH-B003' });
    expect(() => createHttpApp<unknown, undefined>({ ...options, routes: [loose] })).toThrow(refusal);
    expect(() => createHttpApp<unknown, undefined>({ ...options, routes: [plain, plain] })).toThrow(refusal);
    expect(() => createHttpApp<unknown, undefined>({ ...options, routes: [plain] })).not.toThrow();
  });
});

describe('bad input', () => {
  it('that is not JSON gets 400', async () => {
    const { url } = await serve();
    for (const body of ['{"title":', 'null,', '\u0000'])
      await expectProblem(await post(`${url}/books`, body), 400, 'SH-I002');
  });

  it('in which a name stands twice gets 400, whichever of them would have been believed', async () => {
    const { url } = await serve();
    for (const body of ['{"title":"A","title":"B","pages":[]}', '{"title":"A","t\\u0069tle":"B","pages":[]}'])
      await expectProblem(await post(`${url}/books`, body), 400, 'SH-I007');
  });

  it('of another content type gets 415 that says which is expected', async () => {
    const { url } = await serve();
    for (const type of [
      'text/plain',
      'application/json-patch+json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const problem = await expectProblem(await post(`${url}/books`, '{}', { 'content-type': type }), 415, 'SH-I004');
      expect(problem.why).toBe('attendu : application/json');
    }
    await expectProblem(
      await post(`${url}/books`, '{}', { 'content-type': 'application/json; charset=utf-7' }),
      415,
      'SH-I004',
    );
    await expectProblem(await post(`${url}/books`, '{}', { ...json, 'content-encoding': 'lzma' }), 415, 'SH-I004');
    expect(
      (await post(`${url}/books`, '{"title":"A","pages":[]}', { 'content-type': 'Application/JSON; charset=utf-8' }))
        .status,
    ).toBe(201);
  });

  it('that is a form is taken from a page of this server alone', async () => {
    const { url } = await serve();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await post(`${url}/form`, 'text=%C3%A9t%C3%A9+1', form);
    expect(await answer.json()).toEqual({ text: 'été 1' });
    for (const elsewhere of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://example.org' }, { origin: 'null' }])
      await expectProblem(await post(`${url}/form`, 'text=1', { ...form, ...elsewhere }), 403, 'SH-A004');
    const own = { ...form, origin: new URL(url).origin };
    expect((await post(`${url}/form`, 'text=1', own)).status).toBe(200);
  });

  it('that is too large gets 413, counted after decompression', async () => {
    const { url } = await serve();
    const large = JSON.stringify({ title: 'a'.repeat(2000), pages: [] });
    expect((await expectProblem(await post(`${url}/books`, large), 413, 'SH-I003')).why).toBe('au plus 1000 octets');
    const bomb = new Uint8Array(gzipSync(large));
    expect(bomb.length).toBeLessThan(100);
    await expectProblem(await post(`${url}/books`, bomb, { ...json, 'content-encoding': 'gzip' }), 413, 'SH-I003');
    await expectProblem(
      await post(`${url}/frames`, Uint8Array.of(1, 2, 3, 4, 5), { 'content-type': 'application/x-frames' }),
      413,
      'SH-I003',
    );
    const streamed = await post(`${url}/stream`, 'a'.repeat(5000), { 'content-type': 'application/octet-stream' });
    expect(await streamed.json()).toEqual({ length: 5000 });
  });

  it('to an unknown address gets 404, by a wrong method 405 with those allowed', async () => {
    const { url } = await serve();
    await expectProblem(await fetch(`${url}/nobody`), 404, 'SH-N001');
    await expectProblem(await fetch(`${url}/HELLO/awa`), 404, 'SH-N001');
    const refused = await fetch(`${url}/books`, { method: 'DELETE' });
    expect(refused.headers.get('allow')).toBe('POST, PUT');
    await expectProblem(refused, 405, 'SH-I006');
  });

  it('with a broken escape in its address gets 400', async () => {
    const { url } = await serve();
    await expectProblem(await fetch(`${url}/hello/%E0%A4%A`), 400, 'SH-I005');
  });

  it('that never was HTTP does not stop the next request', async () => {
    const { url, port } = await serve();
    const socket = connect(port, '127.0.0.1');
    socket.end('\u0016\u0003\u0001 hello\r\n\r\n');
    expect(await text(socket)).toContain('400 Bad Request');
    expect((await fetch(`${url}/nothing`)).status).toBe(204);
  });

  it('is told in English to who prefers it', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/nobody`, { headers: { 'accept-language': 'en-GB,fr;q=0.5' } });
    expect((await expectProblem(answer, 404, 'SH-N001')).title).toBe('There is nothing at this address');
  });
});

describe('a request', () => {
  it('keeps a sane X-Request-Id and gets a new one in place of any other', async () => {
    const { url, lines } = await serve();
    const idOf = async (sent: string) =>
      (await fetch(`${url}/nothing`, { headers: { 'x-request-id': sent } })).headers.get('x-request-id');
    expect(await idOf('node-42.sync_7')).toBe('node-42.sync_7');
    for (const odd of ['short', 'a'.repeat(65), 'with space 1', '<script>alert'])
      expect(await idOf(odd)).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines()[0]).toMatchObject({ event: 'http.request', requestId: 'node-42.sync_7' });
  });

  it('is logged with the template of its route, never with its address', async () => {
    const { url, lines, text: written } = await serve();
    await (await fetch(`${url}/hello/fatoumata?search=traore`)).text();
    await (await fetch(`${url}/nobody/fatoumata`)).text();
    expect(written()).not.toMatch(/fatoumata|traore/);
    expect(lines().filter(({ event }) => event === 'http.request')).toMatchObject([
      { method: 'GET', route: '/api/v1/hello/:name', status: 200, ms: 0 },
      { method: 'GET', route: null, status: 404 },
    ]);
  });

  it('that is refused leaves a warning, once for its address and code', async () => {
    const { url, lines } = await serve();
    for (let index = 0; index < 3; index++) await (await fetch(`${url}/me`)).text();
    await (await fetch(`${url}/books`, { method: 'POST', headers: json, body: '{}' })).text();
    expect(lines().filter(({ event }) => event === 'http.refused-request')).toMatchObject([
      {
        level: 'warn',
        code: 'SH-A001',
        method: 'GET',
        route: '/api/v1/me',
        address: expect.stringContaining('127.0.0.1'),
      },
      { code: 'SH-I001', method: 'POST', route: '/api/v1/books' },
    ]);
  });

  it('that meets a bug gets a problem without a word of it, and the log the whole', async () => {
    const { url, lines } = await serve();
    const problem = await expectProblem(await fetch(`${url}/broken`), 500, 'SH-B001');
    expect(JSON.stringify(problem)).not.toMatch(/secret|select|http-app/);
    expect(lines().find(({ event }) => event === 'http.failed')).toMatchObject({
      level: 'error',
      requestId: problem.requestId,
      error: { message: 'select secret from patient', stack: expect.stringContaining('http-app.test') },
    });
  });
});

describe('an answer', () => {
  it('carries the security headers and is stored by nobody', async () => {
    const { url } = await serve();
    for (const path of ['/nothing', '/nobody', '/broken']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('is compressed with %s where that is accepted', async (encoding, decompress) => {
    const { port } = await serve();
    const sent = request({ port, path: '/api/v1/long', headers: { 'accept-encoding': encoding } }).end();
    const [answer] = await once(sent, 'response');
    expect(answer.headers['content-encoding']).toBe(encoding);
    const bytes = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>));
    expect(bytes.length).toBeLessThan(200);
    expect(JSON.parse(decompress(bytes).toString()).long).toHaveLength(6000);
  });
});

describe('openApiDocument', () => {
  it('draws each route from its own declaration', () => {
    const document = openApiDocument(routes, { title: 'Test', version: '1', basePath: '/api/v1' });
    expect(document).toMatchObject({
      openapi: '3.1.0',
      paths: {
        '/api/v1/hello/{name}': { get: { parameters: [{ name: 'name', in: 'path', required: true }] } },
        '/api/v1/books': {
          post: {
            parameters: [{ name: 'draft', in: 'query', required: false, schema: { enum: ['yes', 'no'] } }],
            requestBody: {
              content: {
                'application/json': { schema: { required: ['title', 'pages'], additionalProperties: false } },
              },
            },
            responses: { 201: { description: 'Kept' }, default: { content: { 'application/problem+json': {} } } },
          },
          put: { summary: 'Says something' },
        },
        '/api/v1/frames': {
          post: { requestBody: { content: { 'application/x-frames': { schema: { format: 'binary' } } } } },
        },
      },
    });
  });
});
