import { MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import { POSTED, packFrames, unpackFrames } from '@santehaggui/protocols/frames/posted-frames.ts';
import { failHub } from '../errors/hub-errors.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { PostedExchange } from './posted-exchange.ts';

/** The exchange by POST. Who speaks is known by the frames alone, as on the WebSocket (docs/protocol.md, 4.2). */
export function exchangeRoutes(exchange: PostedExchange): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'post',
      path: '/exchange',
      policy: 'public',
      summary: 'Trames scellées d’un nœud et réponse du hub, là où un mandataire coupe les WebSockets',
      tag: 'exchange',
      bodyType: 'bytes',
      contentTypes: [POSTED.contentType],
      maxBodyBytes: POSTED.maxBodyBytes,
      responses: { 200: { description: 'Les trames du hub, chacune précédée de sa longueur (32 bits)' } },
      handler: async ({ body, request }) => {
        const frames = framesIn(body as Uint8Array | undefined);
        const answer = await exchange.post({
          id: request.get(POSTED.sessionHeader),
          from: request.ip ?? '',
          frames,
          waitMs: waitSeconds(request.get('prefer')) * 1000,
        });
        return {
          body: packFrames(answer.frames),
          headers: { [POSTED.sessionHeader]: answer.id, 'content-type': POSTED.contentType },
        };
      },
    }),
  ];
}

function framesIn(body: Uint8Array | undefined): readonly Uint8Array[] {
  try {
    return body instanceof Uint8Array ? unpackFrames(body) : [];
  } catch (error) {
    if (error instanceof MalformedMessage) throw failHub('SH-I304', { why: error.message, cause: error });
    throw error;
  }
}

/** `Prefer: wait=25` (RFC 7240 §4.3), no longer than this hub lets anyone wait. */
function waitSeconds(prefer: string | undefined): number {
  const asked = Number(/\bwait=(\d{1,4})\b/.exec(prefer ?? '')?.[1] ?? 0);
  return Math.min(asked, POSTED.waitSeconds);
}
