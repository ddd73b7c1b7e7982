import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** What a file of the fake holds that it takes for malware. */
export const FAKE_MALWARE = Buffer.from('not-really-malware');

/** The protocol of clamd(8) at a Unix socket, as far as a node speaks it; `limit` is its `StreamMaxLength`. */
export class FakeClamd {
  readonly socketPath: string;
  /** How many contents were looked at. */
  scanned = 0;
  /** What it knows of by now. */
  known: readonly Uint8Array[] = [FAKE_MALWARE];
  readonly #server: Server;

  private constructor(socketPath: string, limit: number) {
    this.socketPath = socketPath;
    this.#server = createServer((socket) => {
      let asked = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        asked = Buffer.concat([asked, bytes]);
        if (asked.toString('latin1') === 'zPING\0') socket.end('PONG\0');
        const content = contentOf(asked);
        if (content === 'incomplete') return;
        this.scanned++;
        if (content.length > limit) socket.end('INSTREAM size limit exceeded. ERROR\0');
        else socket.end(this.known.some((one) => content.includes(one)) ? 'stream: Fake-Test FOUND\0' : 'stream: OK\0');
      });
    });
  }

  static async start(socketPath: string, { limit = 32 * 1024 * 1024 } = {}): Promise<FakeClamd> {
    const fake = new FakeClamd(socketPath, limit);
    fake.#server.listen(socketPath);
    await once(fake.#server, 'listening');
    return fake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const COMMAND = 'zINSTREAM\0';

function contentOf(asked: Buffer): Buffer | 'incomplete' {
  if (!asked.toString('latin1', 0, COMMAND.length).startsWith(COMMAND)) return 'incomplete';
  const chunks: Buffer[] = [];
  for (let at = COMMAND.length; at + 4 <= asked.length; ) {
    const length = asked.readUInt32BE(at);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(asked.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return 'incomplete';
}
