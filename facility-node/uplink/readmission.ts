import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sealTo, sign } from '@santehaggui/protocols/crypto/sodium.ts';
import { UNKNOWN_NODE } from '@santehaggui/protocols/enrolment/certificate.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { HubLink, IdentityKeeper } from '../store/node-identity.ts';
import type { Carrier, ConnectOptions } from './carriers/carrier.ts';

/** What readmission needs; `post` posts to an address of the hub and gives its answer; throws when there is none. */
export type ReadmissionOptions = {
  readonly identity: IdentityKeeper;
  readonly carrier: Carrier;
  readonly post: (url: string, body: unknown, signal?: AbortSignal) => Promise<unknown>;
  readonly log: Log;
};

/**
 * The same carrier for a node that its hub may have forgotten: where the hub has just said that it knows no such node, as one does that
 * was put back to a backup, the certificate of the enrolment is shown before the next connection.
 */
export function readmittedCarrier(options: ReadmissionOptions): Carrier {
  const { carrier, identity, log } = options;
  let isUnknown = false;
  const noted = (reason: string): void => {
    if (reason === UNKNOWN_NODE) isUnknown = true;
  };
  return {
    name: carrier.name,
    connect: async (connect: ConnectOptions) => {
      const { hub } = identity.current();
      if (isUnknown && hub?.certificate !== undefined) {
        isUnknown = false;
        await show(options, { hub, certificate: hub.certificate, signal: connect.signal }).catch((error: unknown) => {
          if (!(error instanceof HagguiError)) throw error;
          // The next connection says what is the matter.
          log.warn('enrolment.not-readmitted', { error });
        });
      }
      const { listener } = connect;
      const onClosed = (reason: string): void => {
        noted(reason);
        listener.onClosed(reason);
      };
      return carrier.connect({ ...connect, listener: { ...listener, onClosed } });
    },
  };
}

async function show(
  { identity, post, log }: ReadmissionOptions,
  { hub, certificate, signal }: { readonly hub: HubLink; readonly certificate: string; readonly signal: AbortSignal },
): Promise<void> {
  const request = { certificate, linkKey: toHex(identity.sealKeys().publicKey) };
  const sealed = sealTo(fromHex(hub.sealKey), Buffer.from(JSON.stringify(request)));
  const signature = toHex(sign(sealed, identity.signKeys().privateKey));
  await post(`${hub.url}/api/v1/enrolment/again`, { sealed: toHex(sealed), signature }, signal);
  log.warn('enrolment.readmitted', { hub: hub.url });
}
