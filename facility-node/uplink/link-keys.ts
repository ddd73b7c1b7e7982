import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { isSignedBy, openSealed, sealKeysFromSeed, sealTo, sign } from '@santehaggui/protocols/crypto/sodium.ts';
import { type NodeKeyRequest, nodeKeyAnswer } from '@santehaggui/protocols/enrolment/node-key.ts';
import { signedEnvelope } from '@santehaggui/protocols/enrolment/unlock.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubLink, IdentityKeeper } from '../store/node-identity.ts';
import type { Carrier, Connection, ConnectOptions } from './carriers/carrier.ts';
import { failUplink } from './uplink-errors.ts';

/** What the keys of the link are renewed with. */
export type LinkKeysOptions = {
  readonly identity: IdentityKeeper;
  readonly carrier: Carrier;
  /** Posts to an address of the hub and gives its answer; throws when there is none. */
  readonly post: (url: string, body: unknown, signal?: AbortSignal) => Promise<unknown>;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
};

/** How a rotation ended: done, begun and to be ended at the next connection, or there is no hub to agree with. */
export type LinkRotation = 'rotated' | 'waits' | 'none';

/**
 * The X25519 key that a node's frames rest on, renewed together with the hub. The next one is on disk before the hub hears of it, and
 * the present one leaves only when the hub has answered; before each connection what is not agreed yet is told again. Interrupted anywhere, the link
 * has the old key or the new one at both ends.
 */
export class LinkKeys {
  readonly #options: LinkKeysOptions;
  #connection: Connection | undefined;
  /** Whether the last connection carried nothing of the hub's: it may have another key of ours, as after a backup was put back there. */
  #isUnheard = false;

  constructor(options: LinkKeysOptions) {
    this.#options = options;
  }

  /** The same carrier, whose connections rest on keys that both ends have. */
  carrier(): Carrier {
    return { name: this.#options.carrier.name, connect: (options) => this.#connect(options) };
  }

  /**
   * Makes another key and agrees on it with the hub, now if it answers. What is connected is ended, so that nothing goes on under the
   * old one.
   */
  async rotate(): Promise<LinkRotation> {
    const { identity, randomBytes, log } = this.#options;
    const { hub } = identity.current();
    if (hub === null) return 'none';
    identity.beginLinkKey(toHex(randomBytes(32)));
    try {
      await this.#settle(hub);
    } catch (error) {
      log.warn('link-key.waits', { error });
      return 'waits';
    }
    return 'rotated';
  }

  async #connect(options: ConnectOptions): Promise<Connection> {
    const { identity, carrier } = this.#options;
    const { hub, sealSeed, nextSealSeed, linkKeySince } = identity.current();
    const { signal } = options;
    if (hub !== null && nextSealSeed !== undefined) await this.#tried(() => this.#settle(hub, signal));
    else if (hub !== null && linkKeySince !== undefined && this.#isUnheard)
      await this.#tried(() => this.#tell(hub, sealSeed, signal));
    this.#isUnheard = true;
    const onFrame = (frame: Uint8Array): void => {
      this.#isUnheard = false;
      options.listener.onFrame(frame);
    };
    const connection = await carrier.connect({ ...options, listener: { ...options.listener, onFrame } });
    this.#connection = connection;
    return connection;
  }

  async #settle(hub: HubLink, signal?: AbortSignal): Promise<void> {
    const { identity, clock, log } = this.#options;
    const { nextSealSeed } = identity.current();
    if (nextSealSeed === undefined) return;
    await this.#tell(hub, nextSealSeed, signal);
    identity.settleLinkKey(new Date(clock.now()).toISOString());
    log.info('link-key.rotated');
    this.#connection?.close('another key');
  }

  /** A hub that did not take the key has the one before: the connection says what is the matter, or works. */
  async #tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HagguiError)) throw error;
      this.#options.log.info('link-key.not-told', { error });
    }
  }

  async #tell(hub: HubLink, seed: string, signal?: AbortSignal): Promise<void> {
    const { identity, post } = this.#options;
    const keys = sealKeysFromSeed(fromHex(seed));
    const linkKey = toHex(keys.publicKey);
    const request: NodeKeyRequest = { node: identity.current().node, linkKey };
    const sealed = sealTo(fromHex(hub.sealKey), Buffer.from(JSON.stringify(request)));
    const signature = toHex(sign(sealed, identity.signKeys().privateKey));
    const body = { sealed: toHex(sealed), signature };
    const envelope = signedEnvelope.safeParse(await post(`${hub.url}/api/v1/node-key`, body, signal));
    if (!envelope.success) throw failUplink('SH-A111');
    const bytes = fromHex(envelope.data.sealed);
    const opened = isSignedBy(fromHex(hub.signKey), bytes, fromHex(envelope.data.signature))
      ? openSealed(keys, bytes)
      : undefined;
    const answer = opened === undefined ? undefined : nodeKeyAnswer.parse(JSON.parse(Buffer.from(opened).toString()));
    if (answer?.linkKey !== linkKey) throw failUplink('SH-A111');
  }
}
