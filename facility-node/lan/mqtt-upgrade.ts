import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { isAdmitted, type PlainHttp } from './plain-http.ts';

/** Takes over a connection that speaks MQTT; false where nobody does. */
export type TakeMqtt = (connection: Duplex, address: string) => boolean;

/** Where MQTT is spoken over WebSocket, and its subprotocol (MQTT 3.1.1 §6). */
const PATH = '/mqtt';
const SUBPROTOCOL = 'mqtt';
/** Of one WebSocket message: more than any packet that the broker takes. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** Upgrades of the LAN port: MQTT over WebSocket, to whom the port's pages are served; everything else is closed. */
export function mqttUpgrade(plainHttp: PlainHttp, take: TakeMqtt) {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { pathname } = URL.parse(request.url ?? '', 'http://node') ?? {};
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const isWelcome = isAdmitted(plainHttp, request.socket) && isOfOwnPages(request);
    if (pathname !== PATH || !offered.includes(SUBPROTOCOL) || !isWelcome) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket);
      stream.on('error', () => webSocket.terminate());
      // MQTT 3.1.1 §6 [MQTT-6.0.0-1]: binary frames alone.
      webSocket.on('message', (_message, isBinary) => {
        if (!isBinary) webSocket.terminate();
      });
      if (!take(stream, request.socket.remoteAddress ?? '')) webSocket.close(1013);
    });
  };
}

/** RFC 6455 §10.2: a browser says whose page asks, and another site's page on this LAN is not welcome. Programs say nothing. */
function isOfOwnPages({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || (host !== undefined && URL.parse(origin)?.host === host);
}
