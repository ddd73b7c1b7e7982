import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
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
const CANARIES = [
  ...['Canari-Bandiagara-7731', 'Hémorragie-Yaya-9120', 'Guindo', '+22370112233'],
  ...['Plaie-Sangha-5512', 'Fièvre-Ireli-8804', 'Image-Canari-3306'],
];

type Line = Readonly<Record<string, unknown>> & { readonly event?: string };

/** All that it leaves is below one folder: its data, what it writes in passing, what it says, and a core where it can leave one. */
const daemon = (folder: string, ...args: readonly string[]): ChildProcess => {
  const said = join(folder, 'said');
  const passing = join(folder, 'tmp');
  mkdirSync(passing, { recursive: true });
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['pipe', 'pipe', openSync(said, 'a')],
    env: { PATH: process.env.PATH, LANG: 'fr', TMPDIR: passing },
    cwd: folder,
  });
  child.stdout?.on('data', (bytes: Buffer) => appendFileSync(said, bytes));
  return child;
};

const init = async (folder: string): Promise<{ recoveryWords: string[]; unlockers: string[] }> => {
  const child = spawn(process.execPath, [main, 'init', '--data', join(folder, 'node'), '--answers', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, LANG: 'fr' },
  });
  child.stdin?.end(JSON.stringify(answers));
  return JSON.parse(await text(child.stdout as NodeJS.ReadableStream));
};

/** Starts the daemon; `next` gives its next `ready` line. */
const start = (folder: string) => {
  const child = daemon(folder, '--data', join(folder, 'node'), '--lan-host', '127.0.0.1', '--lan-port', '0');
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

const found = (folder: string, secrets: readonly string[]): readonly string[] =>
  filesBelow(folder).flatMap((path) => {
    const bytes = readFileSync(path);
    return [...CANARIES, ...secrets].filter((one) => bytes.includes(one)).map((one) => `${one} in ${path}`);
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
    const { recoveryWords, unlockers } = await init(directory.path);
    const secrets = [password, answers.administrator.password, recoveryWords.join(' ')];
    expect(unlockers).toEqual(['amadou', 'awa']);

    const first = start(directory.path);
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
    const { id } = (await made.json()) as { id: string };
    const post = (path: string, body: unknown, more: Record<string, string> = {}): Promise<Response> =>
      fetch(`${lanUrl}/api/v1${path}`, {
        ...{ method: 'POST', headers: { ...headers, ...more } },
        body: body instanceof Uint8Array ? body : JSON.stringify(body),
      });
    const began = new Date().toISOString();
    const visit = {
      patient: id,
      start: began,
      class: 'AMB',
      status: 'finished',
      reason: CANARIES[4],
      conditions: [{ code: 'B54', text: CANARIES[5] }],
    };
    expect((await post('/encounters', visit)).status).toBe(201);
    const document = await post('/document-references', { patient: id, title: CANARIES[4], category: 'photo' });
    const { id: documentId } = (await document.json()) as { id: string };
    const picture = Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      Buffer.from(String(CANARIES[6])),
      randomBytes(5000),
    ]);
    const content = await post(`/document-references/${documentId}/content`, picture, { 'content-type': 'image/jpeg' });
    expect(content.status).toBe(200);
    const refused = await post('/patients', { familyName: CANARIES[0], birthDate: CANARIES[4] });
    expect(refused.status).toBe(422);

    // The plug is pulled: whoever carries the disk away has these files.
    await first.end('SIGKILL');
    expect(found(directory.path, secrets)).toEqual([]);

    const second = start(directory.path);
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
    expect(found(directory.path, secrets)).toEqual([]);
  });
});
