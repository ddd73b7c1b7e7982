import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

/** A server's key and certificates, in PEM; the chain follows the certificate. */
export type TlsCertificate = { readonly key: string; readonly cert: string };

/** RFC 8446 §5.1, ContentType handshake: no HTTP request begins with this byte. */
const HANDSHAKE = 0x16;
/** Who connects and says nothing, or does not end its handshake, is let go. */
const FIRST_WORD_MS = 20_000;

/**
 * Lets an HTTP server answer HTTPS on the same port: a connection that begins with a TLS handshake is served encrypted
 * (`request.secure`), any other as it came. `certificate` is asked at each handshake, so that a renewed one serves from then on;
 * while it is null handshakes are refused. Limits, timeouts and closing stay those of the HTTP server. Call before `listen`;
 * what is returned drops the connections that have not said a word yet, which the HTTP server does not know of.
 */
export function shareWithTls(server: Server, certificate: () => TlsCertificate | null): () => void {
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  const serveAll = (socket: Socket): void => {
    for (const listener of serve) listener.call(server, socket);
  };
  const contextNow = secureContextOf(certificate);
  const waiting = new Set<Socket>();

  const encrypt = (raw: Socket, serveIt: (socket: Socket) => void): void => {
    const secureContext = contextNow();
    if (secureContext === null) {
      raw.destroy();
      return;
    }
    const socket = new TLSSocket(raw, { isServer: true, secureContext });
    const drop = (): void => {
      socket.destroy();
      raw.destroy();
    };
    socket.on('error', drop);
    socket.once('secure', () => {
      socket.off('error', drop);
      serveIt(socket);
    });
  };

  server.on('connection', (raw: Socket) => {
    const drop = (): void => {
      raw.destroy();
    };
    waiting.add(raw);
    raw.setTimeout(FIRST_WORD_MS, drop);
    raw.on('error', drop);
    raw.once('close', () => waiting.delete(raw));
    const serveIt = (socket: Socket): void => {
      waiting.delete(raw);
      raw.setTimeout(0);
      raw.off('timeout', drop);
      if (socket === raw) raw.off('error', drop);
      serveAll(socket);
    };
    raw.once('data', (first: Buffer) => {
      raw.pause();
      raw.unshift(first);
      if (first[0] === HANDSHAKE) encrypt(raw, serveIt);
      else serveIt(raw);
      // Not before TLS, which takes over on the next tick what was put back.
      process.nextTick(() => raw.resume());
    });
  });
  return () => {
    for (const raw of waiting) raw.destroy();
  };
}

/** The context of the certificate that is good now, made anew only when that changes; null while there is none. */
export function secureContextOf(certificate: () => TlsCertificate | null): () => SecureContext | null {
  let made: { readonly of: TlsCertificate; readonly context: SecureContext } | null = null;
  return () => {
    const current = certificate();
    if (current === null) return null;
    if (made?.of !== current)
      made = { of: current, context: createSecureContext({ ...current, minVersion: 'TLSv1.2' }) };
    return made.context;
  };
}
