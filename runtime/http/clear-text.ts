import type { ServerResponse } from 'node:http';
import { isLoopback } from './loopback.ts';

/** RFC 6797: who has come over HTTPS once comes so for a year. Over plain HTTP a browser does not hear it. */
export function askForHttps(response: ServerResponse): void {
  response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
}

/** Whether what goes to this URL stays on this very machine: then nobody listens, encrypted or not. */
export function isNearUrl(url: string): boolean {
  const host = URL.parse(url)?.hostname.replaceAll(/[[\]]/g, '') ?? '';
  return host === 'localhost' || isLoopback(host);
}

/** Whether whoever stands between could read what goes to this URL: `http:` to another machine. */
export function isClearUrl(url: string): boolean {
  return URL.parse(url)?.protocol === 'http:' && !isNearUrl(url);
}
