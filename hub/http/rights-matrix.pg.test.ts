import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';

const PASSWORD = 'un mot de passe long';
const CALLERS = ['nobody', 'region', 'ministry'] as const;
type Caller = (typeof CALLERS)[number];

/** Who may call what, written down once more: a route that is not here fails, and so does one that is no longer there. */
const CASES: Readonly<Record<string, readonly Caller[]>> = {
  'get /identity': CALLERS,
  'post /sessions': CALLERS,
  'post /sessions/challenge': CALLERS,
  'delete /sessions': ['region', 'ministry'],
  // Of who was invited, which the words and the password prove.
  'post /passkeys/invited': CALLERS,
  'post /passkeys/invited/options': CALLERS,
  'post /users/own/password': ['region', 'ministry'],
  'get /passkeys': ['region', 'ministry'],
  'post /passkeys': ['region', 'ministry'],
  'post /passkeys/options': ['region', 'ministry'],
  'patch /passkeys/{id}': ['region', 'ministry'],
  'post /passkeys/{id}/removal': ['region', 'ministry'],
  // Of nodes, which prove who they are by what they seal.
  'post /enrolment': CALLERS,
  'post /enrolment/again': CALLERS,
  'post /exchange': CALLERS,
  'post /node-key': CALLERS,
  'post /unlock': CALLERS,
  'post /backup-opening': CALLERS,
  'get /facilities/proofs': ['region', 'ministry'],
  'get /reports/weekly': ['region', 'ministry'],
  'get /emergency-accesses': ['region', 'ministry'],
  'get /consolidated/weekly': ['ministry'],
  'get /audit': ['ministry'],
  'get /audit/export': ['ministry'],
};

type Operation = { readonly name: string; readonly method: string; readonly path: string };

let hub: TestHub;
const tokens = new Map<Caller, string>();

/** Both anew: whoever signed out is out everywhere. */
async function signIn(): Promise<void> {
  for (const [caller, login] of [
    ['region', 'mopti'],
    ['ministry', 'ministere'],
  ] as const) {
    tokens.set(caller, (await hub.tokenOf(login, PASSWORD)).authorization);
  }
}

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
  await hub.addFacility('cscom_sangha');
  await hub.operator('POST', '/users', { login: 'mopti', password: PASSWORD, role: 'region', region: 'Mopti' });
  await hub.operator('POST', '/users', { login: 'ministere', password: PASSWORD, role: 'ministry' });
  await signIn();
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

/** Every operation that the hub itself says it has. */
async function operations(): Promise<readonly Operation[]> {
  const { paths } = (await hub.get('/openapi.json')) as { paths: Readonly<Record<string, object>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      name: `${method} ${path.replace('/api/v1', '')}`,
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, '00000000-0000-8000-8000-000000000000'),
    })),
  );
}

async function call({ method, path }: Operation, caller: Caller): Promise<{ status: number; code: unknown }> {
  const token = tokens.get(caller);
  const response = await fetch(hub.url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: token }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: '{}' }),
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.includes('problem+json') ?? false;
  return { status: response.status, code: isProblem ? (JSON.parse(text) as { code?: unknown }).code : undefined };
}

describe('every route of the hub’s API', () => {
  it('has its case here, is open to those of its case and to no other', async () => {
    const found: Record<string, readonly Caller[]> = {};
    for (const operation of await operations()) {
      const open: Caller[] = [];
      for (const caller of CALLERS) {
        const { status, code } = await call(operation, caller);
        expect(status, operation.name).toBeLessThan(500);
        if (code === 'SH-A001') expect([operation.name, caller]).toEqual([operation.name, 'nobody']);
        else if (code !== 'SH-A002') open.push(caller);
        if (operation.name === 'delete /sessions') await signIn();
      }
      found[operation.name] = open;
    }
    expect(found).toEqual(CASES);
  });

  it('that lists what can grow refuses a limit that is too great, and goes on after a cursor', async () => {
    await hub.addFacility('cscom_ireli');
    await hub.addFacility('cscom_bongo');
    const headers = { authorization: tokens.get('ministry') ?? '' };
    for (const list of ['/facilities/proofs', '/audit'])
      for (const limit of ['201', '0', 'all'])
        await expect(hub.get(`${list}?limit=${limit}`, headers)).rejects.toMatchObject({ code: 'SH-I001' });
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = (await hub.get(`/facilities/proofs?limit=2${next}`, headers)) as {
        facilities: { code: string }[];
        nextCursor?: string;
      };
      seen.push(...page.facilities.map(({ code }) => code));
      next = page.nextCursor === undefined ? undefined : `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(['cscom_bongo', 'cscom_ireli', 'cscom_sangha']);
  });
});
