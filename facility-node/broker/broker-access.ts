import { readTopic, readTopicFilter, type Topic } from '@santehaggui/protocols/topics.ts';
import type { Staff } from '../people/caller.ts';
import type { StaffRights } from '../people/permissions.ts';
import type { SessionService } from '../people/session-service.ts';
import type { BrokerDevicesService } from './broker-devices-service.ts';

/** Who is at the other end of a connection. */
export type Principal =
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'user'; readonly staff: Staff };

/** What the rules are asked with. */
export type BrokerAccessOptions = {
  readonly facilityCode: string;
  readonly devices: BrokerDevicesService;
  readonly sessions: SessionService;
  readonly rights: StaffRights;
};

/** A PUBLISH or a will, as far as it is judged. */
export type Publication = { readonly topic: string; readonly qos: number; readonly payload: Uint8Array | string };

/** Bytes of a measure: a number, or a small JSON. */
export const MAX_PAYLOAD_BYTES = 4096;

/**
 * Who may do what by MQTT. Whatever is not named here is refused, `$SYS` and shared subscriptions with it: a device publishes
 * in its own subtree and reads it; staff read what their rights let them, as by every other API, and publish nothing.
 */
export class BrokerAccess {
  readonly #options: BrokerAccessOptions;

  constructor(options: BrokerAccessOptions) {
    this.#options = options;
  }

  /**
   * Who signs in: a device by its name and secret, staff by their login and access token. Undefined for anybody else, and for a client
   * id that is not of that identity: whoever comes with another's would take over its connection (and its queue).
   */
  async identify(
    clientId: string,
    {
      username,
      password,
      address,
    }: { readonly username: string; readonly password: Uint8Array; readonly address: string },
  ): Promise<Principal | undefined> {
    const { devices, sessions } = this.#options;
    // A device's client id is its name, in which no slash can be; that of staff begins with the login and a slash.
    if (clientId === username)
      return devices.admits(username, password) ? { kind: 'device', name: username } : undefined;
    if (!clientId.startsWith(`${username}/`)) return undefined;
    const bearer = `Bearer ${Buffer.from(password).toString('latin1')}`;
    const staff = await sessions.authenticate(bearer, { address, requestId: null }).catch(() => undefined);
    return staff?.login === username ? { kind: 'user', staff } : undefined;
  }

  /** Whether somebody may publish that. */
  mayPublish(principal: Principal, { topic: text, qos, payload }: Publication): boolean {
    const topic = readTopic(this.#options.facilityCode, text);
    return (
      topic?.kind === 'measure' &&
      principal.kind === 'device' &&
      topic.device === principal.name &&
      // Twice is no more than once for a measure, and what holds the second half of a QoS 2 is kept for who never comes back.
      qos < 2 &&
      Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES &&
      this.#isStillThere(principal)
    );
  }

  /** Whether somebody may subscribe to that. */
  maySubscribe(principal: Principal, filter: string): boolean {
    return this.#mayRead(principal, readTopicFilter(this.#options.facilityCode, filter));
  }

  /** Whether somebody may be given a message now, whatever they subscribed to when they still might. */
  mayReceive(principal: Principal, topic: string): boolean {
    return this.#mayRead(principal, readTopic(this.#options.facilityCode, topic));
  }

  #mayRead(principal: Principal, topic: Topic | undefined): boolean {
    if (topic === undefined || !this.#isStillThere(principal)) return false;
    if (topic.kind === 'status') return true;
    if (principal.kind === 'device') return topic.device === principal.name;
    return this.#options.rights.may(principal.staff, 'read', 'observation');
  }

  #isStillThere(principal: Principal): boolean {
    const { devices, sessions } = this.#options;
    return principal.kind === 'device' ? devices.isInUse(principal.name) : sessions.holds(principal.staff);
  }
}
