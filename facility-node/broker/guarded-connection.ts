import { Duplex } from 'node:stream';
import { type PacketBounds, PacketWatch } from '@santehaggui/protocols/mqtt/packet-bounds.ts';

/**
 * A connection whose bytes are looked at before anybody parses them: one that sends a packet beyond the bounds is destroyed when the
 * length is known. What is behind holds no more of it than one read.
 */
export class GuardedConnection extends Duplex {
  readonly #inner: Duplex;

  constructor(inner: Duplex, bounds: PacketBounds) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    const watch = new PacketWatch(bounds);
    inner.on('data', (bytes: Buffer) => {
      const fault = watch.take(bytes);
      if (fault !== undefined) this.destroy(new Error(`MQTT: ${fault}`));
      else if (!this.push(bytes)) inner.pause();
    });
    inner.once('end', () => this.push(null));
    inner.once('error', (error) => this.destroy(error));
    inner.once('close', () => this.destroy());
  }

  /**
   * All that has come. aedes 1.2.0 reads once for each 'readable', and Node 26 gives one piece a read and says nothing of the others: a
   * packet that came in pieces would wait for ever.
   */
  override read(size?: number | null): Buffer | null {
    if (typeof size === 'number') return super.read(size);
    const pieces: Buffer[] = [];
    for (let piece = super.read() as Buffer | null; piece !== null; piece = super.read()) pieces.push(piece);
    return pieces.length === 0 ? null : Buffer.concat(pieces);
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(bytes, done);
  }

  /** A packet is written in pieces: they leave as one, or each would be a TLS record or a WebSocket frame. */
  override _writev(pieces: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#inner.write(Buffer.concat(pieces.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#inner.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }
}
