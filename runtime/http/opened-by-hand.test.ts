import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { createHttpApp } from './http-app.ts';

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

it('an address that somebody opens in a browser and that is refused shows a page in French that leads on', async () => {
  const app = createHttpApp({
    ...{ log: recordingLog().log, clock: new FakeClock(), maxBodyBytes: 10, routes: [] },
    authorise: async () => ({}),
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/%3Cb%3Enobody`;
  try {
    const page = await fetch(url, { headers: { accept: ACCEPT, 'accept-language': 'en' } });
    expect(page.status).toBe(404);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    for (const words of ['Il n’y a rien à cette adresse', 'repartez de l’accueil', 'SH-N001', 'href="/"'])
      expect(text).toContain(words);
    expect(text).not.toContain('<b>');
    for (const init of [{ headers: { accept: '*/*' } }, { method: 'POST', headers: { accept: ACCEPT } }])
      expect((await fetch(url, init)).headers.get('content-type')).toContain('application/problem+json');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
