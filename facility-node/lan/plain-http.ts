import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { askForHttps } from '@santehaggui/runtime/http/clear-text.ts';
import { isLoopback } from '@santehaggui/runtime/http/loopback.ts';

/** Who may work without HTTPS; everybody may read how to enrol. */
export type PlainHttp = 'loopback' | 'lan' | 'never';

/** Hands each request to `whole` over HTTPS and where plain HTTP is allowed, to `doorstep` otherwise. */
export function atTheDoor(plainHttp: PlainHttp, whole: RequestListener, doorstep: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request;
    // By the node's address, which this does not bind, a new authority can still be fetched.
    if (socket instanceof TLSSocket) askForHttps(response);
    (isAdmitted(plainHttp, socket) ? whole : doorstep)(request, response);
  };
}

/** Whether what is behind the door is for a connection: encrypted, or where plain HTTP is allowed. */
export function isAdmitted(plainHttp: PlainHttp, socket: Socket): boolean {
  const { remoteAddress } = socket;
  if (socket instanceof TLSSocket || plainHttp === 'lan') return true;
  return plainHttp === 'loopback' && remoteAddress !== undefined && isLoopback(remoteAddress);
}

/** Sends a browser from plain HTTP to the same place over HTTPS. */
export const toHttps: RequestListener = (request, response) => {
  request.resume();
  const { localPort } = request.socket;
  const host = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname ?? 'localhost';
  // 303 turns a form into a question: nothing that was typed is sent on.
  response.writeHead(303, { location: `https://${host}:${localPort}/`, connection: 'close' }).end();
};
