import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { requestOverSocket } from '@santehaggui/runtime/http/socket-client.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const password = 'soleil-marché-pirogue-hibou';
const answers = {
  facility: { code: 'cscom_sangha', name: 'CSCOM de Sangha' },
  administrator: { login: 'amadou', password: 'Baobab-Niger-Kora-7', familyName: 'Guindo', givenName: 'Amadou' },
  staff: [{ login: 'awa', password, role: 'nurse', familyName: 'Dolo', givenName: 'Awa' }],
  unlock: 'staff',
};
const CANARIES = ['Canari-Bandiagara-7731', 'Hémorragie-Yaya-9120', 'Guindo', '+22370112233'];

type Line = Readonly<Record<string, unknown>> & { readonly event?: string };

const daemon = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [main, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, LANG: 'fr' },
  });

const init = async (data: string): Promise<{ recoveryWords: string[]; unlockers: string[] }> => {
  const child = daemon('init', '--data', data, '--answers', '-');
  child.stdin?.end(JSON.stringify(answers));
  return JSON.parse(await text(child.stdout as NodeJS.ReadableStream));
};

/** Starts the daemon; `next` gives its next `ready` line. */
const start = (data: string) => {
  const child = daemon('--data', data, '--lan-host', '127.0.0.1', '--lan-port', '0');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const next = async (): Promise<Line> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the daemon ended');
      const line = JSON.parse(value) as Line;
      if (line.event === 'ready') return line;
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const closed = once(child, 'close');
    child.kill(signal);
    child.stdout?.resume();
    await closed;
  };
  return { next, end };
};

const form = (url: string, fields: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields) });

/** Whether the node takes a TLS handshake on its port; what its certificate is worth is another test's. */
const isEncrypted = async (lanUrl: string): Promise<boolean> => {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(lanUrl).port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { issuer } = socket.getPeerCertificate();
  socket.destroy();
  return issuer.CN === 'CSCOM de Sangha (SanteHaggui)';
};

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

const found = (folder: string): readonly string[] =>
  filesBelow(folder).flatMap((path) => {
    const bytes = readFileSync(path);
    return CANARIES.filter((canary) => bytes.includes(canary)).map((canary) => `${canary} in ${path}`);
  });

const signIn = async (lanUrl: string): Promise<Record<string, string>> => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ login: 'awa', password });
  const answer = await fetch(`${lanUrl}/api/v1/sessions`, { method: 'POST', headers, body });
  const { accessToken } = (await answer.json()) as { accessToken: string };
  return { ...headers, authorization: `Bearer ${accessToken}` };
};

describe('a node that staff open', { timeout: 120_000 }, () => {
  it('comes up locked after a power cut, keeps notes, opens for who may, and gives a thief nothing', async () => {
    await using directory = await temporaryDirectory();
    const data = join(directory.path, 'node');
    const { recoveryWords, unlockers } = await init(data);
    expect(unlockers).toEqual(['amadou', 'awa']);

    const first = start(data);
    const { lanUrl, locked } = (await first.next()) as { lanUrl: string; locked?: boolean };
    expect(locked).toBe(true);
    expect(await (await fetch(lanUrl)).text()).toContain('poste verrouillé');
    expect(await isEncrypted(lanUrl)).toBe(true);
    const closed = await fetch(`${lanUrl}/api/v1/patients`);
    expect([closed.status, ((await closed.json()) as { code: string }).code]).toEqual([503, 'SH-T180']);
    const status = await requestOverSocket({ socketPath: join(data, 'admin.sock'), method: 'GET', path: '/v1/status' });
    expect(status.body).toMatchObject({ isLocked: true, sync: null, checks: [{ name: 'keys', state: 'degraded' }] });
    expect((await form(`${lanUrl}/notes`, { from: 'Awa', text: String(CANARIES[1]) })).status).toBe(201);
    const wrong = await form(`${lanUrl}/unlock`, { login: 'awa', password: 'soleil-marché-pirogue-autre' });
    const unknown = await form(`${lanUrl}/unlock`, { login: 'nobody', password });
    expect([wrong.status, unknown.status]).toEqual([403, 403]);
    expect(await wrong.text()).toBe(await unknown.text());

    expect((await form(`${lanUrl}/unlock`, { login: 'awa', password })).status).toBe(200);
    expect(await first.next()).toMatchObject({ lanUrl });
    const headers = await signIn(lanUrl);
    const notes = (await (await fetch(`${lanUrl}/api/v1/emergency-notes`, { headers })).json()) as {
      items: { id: string; text: string }[];
    };
    expect(notes.items.map((note) => note.text)).toEqual([CANARIES[1]]);
    const taken = await fetch(`${lanUrl}/api/v1/emergency-notes/${notes.items[0]?.id}/taken-up`, {
      method: 'POST',
      headers,
    });
    expect(taken.status).toBe(200);
    const patient = { familyName: CANARIES[0], givenName: 'Fanta', phone: CANARIES[3] };
    const made = await fetch(`${lanUrl}/api/v1/patients`, { method: 'POST', headers, body: JSON.stringify(patient) });
    expect(made.status).toBe(201);

    // The plug is pulled: whoever carries the disk away has these files.
    await first.end('SIGKILL');
    expect(found(data)).toEqual([]);

    const second = start(data);
    const again = (await second.next()) as { lanUrl: string; locked?: boolean };
    expect(again.locked).toBe(true);
    expect((await form(`${again.lanUrl}/unlock/recovery`, { words: 'abaisser '.repeat(12) })).status).toBe(403);
    const misread = await form(`${again.lanUrl}/unlock/recovery`, { words: recoveryWords.with(4, 'baobab').join(' ') });
    expect([misread.status, await misread.text()]).toEqual([403, expect.stringContaining('mot n° 5')]);
    const opened = await form(`${again.lanUrl}/unlock/recovery`, { words: recoveryWords.join('\n').toUpperCase() });
    expect(opened.status).toBe(200);
    await second.next();
    const search = await fetch(`${again.lanUrl}/api/v1/patients?search=canari`, {
      headers: await signIn(again.lanUrl),
    });
    expect(((await search.json()) as { items: unknown[] }).items).toHaveLength(1);
    await second.end('SIGTERM');
    expect(found(data)).toEqual([]);
  });
});
