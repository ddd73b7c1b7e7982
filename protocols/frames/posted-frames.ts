import { MAX_FRAME_BYTES, MalformedMessage } from './messages.ts';

/** Where nodes reach a hub: a WebSocket, or POST of the same frames. */
export const EXCHANGE_PATH = '/api/v1/exchange';

/** What both ends of an exchange by POST agree on. */
export const POSTED = {
  contentType: 'application/octet-stream',
  /** Request and response header: which conversation this request belongs to. */
  sessionHeader: 'haggui-session',
  /** A request without frames waits so long for frames of the hub, in seconds (RFC 7240 `Prefer: wait`). */
  waitSeconds: 25,
  /** A conversation ends when nothing came for so long, in seconds. */
  idleSeconds: 90,
  /** No body is larger, in bytes: one frame of the largest size, sealed, or several smaller ones. */
  maxBodyBytes: MAX_FRAME_BYTES + 1024,
} as const;

const LENGTH_BYTES = 4;

/** Frames as one body: each after its length, 32 bits big-endian. */
export function packFrames(frames: readonly Uint8Array[]): Uint8Array {
  const parts = frames.flatMap((frame) => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(frame.length);
    return [length, frame];
  });
  return Buffer.concat(parts);
}

/** The frames of a body that {@link packFrames} made; throws {@link MalformedMessage} on any other. Nothing is copied. */
export function unpackFrames(body: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    if (at + LENGTH_BYTES > body.length) throw new MalformedMessage('a length cut off');
    const end = at + LENGTH_BYTES + view.getUint32(at);
    if (end > body.length) throw new MalformedMessage('a frame cut off');
    frames.push(body.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return frames;
}

/** As many of the first frames as fit into one body; at least one if there is any. */
export function framesOfOneBody(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  let bytes = 0;
  const tooMany = frames.findIndex((frame) => {
    bytes += LENGTH_BYTES + frame.length;
    return bytes > POSTED.maxBodyBytes;
  });
  return tooMany < 0 ? frames : frames.slice(0, Math.max(1, tooMany));
}
