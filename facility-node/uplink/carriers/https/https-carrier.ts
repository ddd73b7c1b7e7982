import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Carrier, Connection, ConnectOptions } from '../carrier.ts';
import { openPostConnection, type PostParts } from './post-carrier.ts';
import { openWebSocket, UpgradeRefused } from './web-socket-carrier.ts';

/** Once POST has worked where the WebSocket did not, it is used for so long before the WebSocket is tried again. */
const PREFER_POST_MS = 3600_000;

/**
 * The carrier `https`: one WebSocket of binary messages at `/api/v1/exchange` of the hub, or POST of the same frames where the
 * upgrade is refused or where upgraded connections carry nothing.
 */
export function httpsCarrier(parts: PostParts & { readonly log: Log }): Carrier {
  const { clock, log } = parts;
  let preferPostUntilMs = Number.NEGATIVE_INFINITY;
  // A proxy may let the upgrade through and then carry nothing: after a connection that we gave up for that POST is tried once.
  let wasMute = false;

  const byPost = (options: ConnectOptions): Connection => {
    const onFrame = (frame: Uint8Array): void => {
      if (clock.monotonic() >= preferPostUntilMs) log.info('uplink.post-preferred', { seconds: PREFER_POST_MS / 1000 });
      preferPostUntilMs = clock.monotonic() + PREFER_POST_MS;
      options.listener.onFrame(frame);
    };
    return openPostConnection({ ...options, listener: { ...options.listener, onFrame } }, parts);
  };

  const connect = async (options: ConnectOptions): Promise<Connection> => {
    if (clock.monotonic() < preferPostUntilMs || wasMute) {
      wasMute = false;
      return byPost(options);
    }
    let [hasSpoken, isGivenUp] = [false, false];
    const listener = {
      onFrame: (frame: Uint8Array): void => {
        hasSpoken = true;
        options.listener.onFrame(frame);
      },
      onClosed: (reason: string): void => {
        wasMute = isGivenUp && !hasSpoken && !options.signal.aborted;
        options.listener.onClosed(reason);
      },
    };
    try {
      const connection = await openWebSocket({ ...options, listener }, parts);
      const close = (reason: string): void => {
        isGivenUp = true;
        connection.close(reason);
      };
      return { ...connection, close };
    } catch (error) {
      if (!(error instanceof UpgradeRefused)) throw error;
      log.info('uplink.upgrade-refused', { why: error.message });
      return byPost(options);
    }
  };
  return { name: 'https', connect };
}
