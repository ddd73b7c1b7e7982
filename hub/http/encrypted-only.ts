import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { problemMediaType, toProblem } from '@santehaggui/runtime/errors/problem.ts';
import { askForHttps } from '@santehaggui/runtime/http/clear-text.ts';
import { isLoopback } from '@santehaggui/runtime/http/loopback.ts';
import type { Private } from '@santehaggui/runtime/log/private.ts';
import type { Express } from 'express';
import { failTransport } from '../errors/transport-errors.ts';

type TakeUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** With the hybrid group first: which of them a node asks for, and when, is told in facility-node/uplink/carriers/https/hub-tls.ts. */
const TLS_GROUPS = 'X25519MLKEM768:X25519:P-256';

/** What a server is told of the key and certificate that are configured; nothing where there are none. */
export function tlsOf({
  tlsKey,
  tlsCertificate,
}: {
  readonly tlsKey: Private<string> | undefined;
  readonly tlsCertificate: string | undefined;
}) {
  if (tlsKey === undefined || tlsCertificate === undefined) return {};
  const cert = readFileSync(tlsCertificate);
  return { tls: { key: tlsKey.reveal(), cert, minVersion: 'TLSv1.3' as const, ecdhCurve: TLS_GROUPS } };
}

/**
 * The same application and WebSockets for who comes over TLS. In clear come this machine itself and the proxies that the operator named
 * ({@link Express} knows them as `trust proxy`); all others get SH-A306, and nothing of what they sent is read. Every answer asks
 * browsers for HTTPS.
 */
export function encryptedOnly(app: Express, onUpgrade: TakeUpgrade) {
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const isAdmitted = ({ socket }: IncomingMessage): boolean => {
    const { remoteAddress } = socket;
    if (socket instanceof TLSSocket) return true;
    return remoteAddress !== undefined && (isLoopback(remoteAddress) || isTrusted(remoteAddress, 0));
  };
  const guarded: RequestListener = (request, response) => {
    askForHttps(response);
    if (isAdmitted(request)) {
      app(request, response);
      return;
    }
    response.writeHead(403, { 'content-type': problemMediaType, connection: 'close' });
    response.end(JSON.stringify(toProblem(failTransport('SH-A306'), 'none')));
  };
  const guardedUpgrade: TakeUpgrade = (request, socket, head) => {
    // Nodes name no origin (RFC 6455 §10.2): who does is a page in a browser, and no page speaks to nodes' end.
    if (isAdmitted(request) && request.headers.origin === undefined) onUpgrade(request, socket, head);
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  };
  return { app: guarded, onUpgrade: guardedUpgrade };
}
