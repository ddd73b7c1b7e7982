import { randomBytes } from 'node:crypto';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { fingerprintWords } from '@santehaggui/protocols/crypto/fingerprint.ts';
import {
  isSignedBy,
  openSealed,
  type SealKeys,
  sealKeysFromSeed,
  sealTo,
  sign,
} from '@santehaggui/protocols/crypto/sodium.ts';
import {
  signedEnvelope,
  type UnlockAnswer,
  type UnlockRequest,
  unlockAnswer,
} from '@santehaggui/protocols/enrolment/unlock.ts';
import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { KeyRing } from '../store/key-ring.ts';
import type { HubLink, IdentityKeeper } from '../store/node-identity.ts';
import type { Unlocked } from './unlock-service.ts';

/** What asking the hub takes. */
export type HubUnlockOptions = {
  readonly identity: IdentityKeeper;
  readonly hub: HubLink;
  readonly ringFile: string;
  /** Posts to the hub's API and gives its answer; throws when there is none. */
  readonly post: (path: string, body: unknown, signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
};

/** Some hundred bytes a question; whoever waits on the phone waits for half of this. */
const ASK_EVERY_MS = 20_000;

/**
 * Asks the hub to open the database's key, again and again, until an operator there has said yes to the person who calls: both
 * screens show the same six words, made of a key that this start alone has.
 */
export class HubUnlock {
  readonly #options: HubUnlockOptions;
  readonly #replyKeys: SealKeys;

  constructor(options: HubUnlockOptions) {
    this.#options = options;
    this.#replyKeys = sealKeysFromSeed(new Uint8Array(randomBytes(32)));
  }

  /** What is read out over the phone. */
  words(): readonly string[] {
    return fingerprintWords(fromHex(this.#options.hub.signKey), this.#replyKeys.publicKey);
  }

  /** Asks until the hub opens it, somebody here does, or an operator says no. */
  service(onUnlocked: (unlocked: Unlocked) => void): Service {
    return {
      name: 'hub-unlock',
      run: async ({ signal, ready }) => {
        ready();
        for (let isRefused = false; !signal.aborted; ) {
          if (!isRefused) isRefused = (await this.#ask(signal, onUnlocked)) === 'refused';
          await this.#options.clock.sleep(ASK_EVERY_MS, signal).catch(() => undefined);
        }
      },
    };
  }

  async #ask(
    signal: AbortSignal,
    onUnlocked: (unlocked: Unlocked) => void,
  ): Promise<UnlockAnswer['state'] | 'unheard'> {
    const { post, log } = this.#options;
    try {
      const answer = this.#opened(await post('/api/v1/unlock', this.#request(), signal));
      const ring = answer.state === 'granted' ? this.#ring(answer) : undefined;
      if (ring !== undefined) onUnlocked({ ring, by: { kind: 'hub' } });
      else if (answer.state === 'refused') log.warn('hub-unlock.refused');
      return answer.state;
    } catch (error) {
      if (!signal.aborted) log.info('hub-unlock.unheard', { error });
      return 'unheard';
    }
  }

  #request(): unknown {
    const { identity, hub, ringFile } = this.#options;
    const wraps = KeyRing.read(ringFile)
      .wrapsFor('hub')
      .map(({ keyId, sealed }) => ({ keyId, sealed: toHex(sealed) }));
    const request: UnlockRequest = { node: identity.current().node, replyKey: toHex(this.#replyKeys.publicKey), wraps };
    const sealed = sealTo(fromHex(hub.sealKey), Buffer.from(JSON.stringify(request)));
    return { sealed: toHex(sealed), signature: toHex(sign(sealed, identity.signKeys().privateKey)) };
  }

  #opened(body: unknown): UnlockAnswer {
    const { sealed, signature } = signedEnvelope.parse(body);
    const bytes = fromHex(sealed);
    if (!isSignedBy(fromHex(this.#options.hub.signKey), bytes, fromHex(signature)))
      throw new Error('the answer is not the hub’s');
    const opened = openSealed(this.#replyKeys, bytes);
    if (opened === undefined) throw new Error('the answer is not for this start');
    return unlockAnswer.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
  }

  #ring({ keys }: UnlockAnswer) {
    const ring = KeyRing.read(this.#options.ringFile);
    const secrets = ring.wrapsFor('hub').map(({ keyId }) => keys.find((key) => key.keyId === keyId)?.secret);
    return ring.openWith(secrets.map((secret) => (secret === undefined ? undefined : fromHex(secret))));
  }
}
