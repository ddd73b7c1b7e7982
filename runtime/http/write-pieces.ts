import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Writes pieces as fast as they are taken, and ends the answer; stops when nobody listens any more. */
export async function writePieces(pieces: AsyncIterable<string>, response: ServerResponse): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
