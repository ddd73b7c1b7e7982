import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { BrokerStatus } from '@santehaggui/protocols/api/broker-api.ts';
import { readTopic, statusTopic } from '@santehaggui/protocols/topics.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { secureContextOf, type TlsCertificate } from '@santehaggui/runtime/http/shared-port.ts';
import { aborted, type Service, type ServiceContext } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { Aedes, type Client, type ConnectPacket } from 'aedes';
import type { BrokerAccess, Principal, Publication } from './broker-access.ts';
import type { BrokerDevicesService } from './broker-devices-service.ts';
import { GuardedConnection } from './guarded-connection.ts';

/** Where the broker listens. `plain` null: nothing without TLS. */
export type BrokerAt = {
  readonly plain: { readonly host: string; readonly port: number } | null;
  readonly tls: { readonly host: string; readonly port: number };
};

/** What the broker is made of. */
export type BrokerOptions = {
  readonly at: BrokerAt;
  readonly facilityCode: string;
  readonly access: BrokerAccess;
  readonly devices: BrokerDevicesService;
  /** The LAN certificate, asked at each handshake. */
  readonly certificate: () => TlsCertificate | null;
  readonly clock: Clock;
  readonly log: Log;
};

/** What bounds a broker on a small machine. */
export const BROKER_LIMITS = {
  connections: 200,
  connectionsOfOneAddress: 20,
  /** Bytes of a CONNECT: client id, login, access token, will. */
  connectBytes: 8 * 1024,
  packetBytes: 16 * 1024,
  connectMs: 10_000,
  /** Nobody is waited for longer than one and a half times this (MQTT 3.1.1 §3.1.2.10); 0, for ever, is refused. */
  keepaliveSeconds: 300,
  subscriptions: 20,
  retainedOfOneDevice: 50,
  topicLevels: 8,
  /** Packets of a connection that wait while it signs in. */
  queuedPackets: 16,
  /** Who takes nothing any more holds nobody else up for longer. */
  drainMs: 10_000,
} as const;

/** Return codes of CONNACK (MQTT 3.1.1 §3.2.2.3). */
const IDENTIFIER_REJECTED = 2;
const BAD_CREDENTIALS = 4;
const NOT_AUTHORISED = 5;
const HEARTBEAT_MS = 60_000;

/**
 * The facility's MQTT broker (MQTT 3.1.1): a way for devices to tell what they measure and for screens to hear of it. It carries messages
 * and keeps the last of each topic that asked for it, in memory: what must not be lost is recorded by the API. Every decision is
 * `BrokerAccess`'s; sessions that outlast their connection are refused, so that nothing waits for anybody.
 */
export class BrokerService implements Service {
  readonly name = 'broker';
  readonly #options: BrokerOptions;
  readonly #addressOf = new WeakMap<Client, string>();
  readonly #connectOf = new WeakMap<Client, ConnectPacket>();
  readonly #principals = new Map<Client, Principal>();
  readonly #retained = new Map<string, Set<string>>();
  readonly #addresses = new Map<string, number>();
  #broker: Aedes | undefined;
  #ports: { readonly port: number | null; readonly tlsPort: number | null } = { port: null, tlsPort: null };
  #open = 0;
  #published = 0;
  #refused = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** How the broker is doing. */
  status(): BrokerStatus {
    return {
      state: this.#broker === undefined ? 'down' : 'listening',
      ...this.#ports,
      connections: this.#principals.size,
      devices: this.#options.devices.count(),
      retained: [...this.#retained.values()].reduce((count, topics) => count + topics.size, 0),
      ...{ published: this.#published, refused: this.#refused },
    };
  }

  /** Whether a device is connected. */
  isConnected(device: string): boolean {
    return [...this.#principals.values()].some((principal) => principal.kind === 'device' && principal.name === device);
  }

  /** Takes over a connection that speaks MQTT from its first byte on; false, and nothing taken, while the broker is down. */
  take(connection: Duplex, address: string): boolean {
    if (this.#broker === undefined) return false;
    if (this.#admit(connection, address)) this.#serve(connection, address);
    return true;
  }

  /** Counts a connection until it closes; false, and it is destroyed, where there are too many. */
  #admit(connection: Duplex, address: string): boolean {
    const ofAddress = this.#addresses.get(address) ?? 0;
    if (this.#open >= BROKER_LIMITS.connections || ofAddress >= BROKER_LIMITS.connectionsOfOneAddress) {
      this.#refuse('too-many', address);
      connection.destroy();
      return false;
    }
    this.#open++;
    this.#addresses.set(address, ofAddress + 1);
    connection.once('close', () => {
      this.#open--;
      const left = (this.#addresses.get(address) ?? 1) - 1;
      if (left > 0) this.#addresses.set(address, left);
      else this.#addresses.delete(address);
    });
    return true;
  }

  /** Hands a counted connection to the parser. */
  #serve(connection: Duplex, address: string): void {
    const broker = this.#broker;
    if (broker === undefined) {
      connection.destroy();
      return;
    }
    const guarded = new GuardedConnection(connection, {
      connect: BROKER_LIMITS.connectBytes,
      later: BROKER_LIMITS.packetBytes,
    });
    this.#addressOf.set(broker.handle(guarded), address);
  }

  async run({ signal, ready }: ServiceContext): Promise<void> {
    const { at, log, facilityCode, devices, clock, certificate } = this.#options;
    const broker = await this.#start();
    const broken = once(broker, 'error').then(([error]) => {
      throw error;
    });
    broken.catch(() => {});
    const servers: Server[] = [];
    const forget = devices.onRevoked((name) => this.#dropDevice(name));
    try {
      const contextNow = secureContextOf(certificate);
      const tls = createServer((raw) => this.#encrypt(raw, contextNow));
      const plain = at.plain === null ? undefined : createServer((socket) => this.#accept(socket, socket));
      servers.push(tls, ...(plain === undefined ? [] : [plain]));
      const tlsPort = await listening(tls, at.tls);
      const port = plain === undefined || at.plain === null ? null : await listening(plain, at.plain);
      this.#ports = { port, tlsPort };
      this.#broker = broker;
      log.info('broker.listening', this.#ports);
      this.#tell(broker, { online: true, since: new Date(clock.now()).toISOString() });
      ready();
      await Promise.race([aborted(signal), broken]);
      this.#tell(broker, { online: false, since: new Date(clock.now()).toISOString() });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      this.#broker = undefined;
      this.#ports = { port: null, tlsPort: null };
      forget();
      for (const server of servers) server.close();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      this.#principals.clear();
      this.#retained.clear();
      log.info('broker.closed', { facility: facilityCode });
    }
  }

  async #start(): Promise<Aedes> {
    const broker = await Aedes.createBroker({
      heartbeatInterval: HEARTBEAT_MS,
      connectTimeout: BROKER_LIMITS.connectMs,
      keepaliveLimit: BROKER_LIMITS.keepaliveSeconds,
      maxTopicLevels: BROKER_LIMITS.topicLevels,
      queueLimit: BROKER_LIMITS.queuedPackets,
      drainTimeout: BROKER_LIMITS.drainMs,
      preConnect: (client, packet, done) => {
        this.#connectOf.set(client, packet);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        this.#signIn(client, { username: username ?? '', password: password ?? Buffer.alloc(0) }).then(
          (code) =>
            code === 0 ? done(null, true) : done(Object.assign(new Error('refused'), { returnCode: code }), null),
          () => done(Object.assign(new Error('refused'), { returnCode: BAD_CREDENTIALS }), null),
        );
      },
      authorizePublish: (client, packet, done) => {
        done(client !== null && this.#mayPublish(client, packet) ? null : new Error('not yours to publish'));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const principal = this.#principals.get(client);
        const isFull = Object.keys(subscriptionsOf(client)).length >= BROKER_LIMITS.subscriptions;
        const may =
          principal !== undefined && !isFull && this.#options.access.maySubscribe(principal, subscription.topic);
        if (!may) this.#refuse('subscribe', this.#addressOf.get(client) ?? '');
        done(null, may ? subscription : null);
      },
      authorizeForward: (client, packet) => {
        const principal = this.#principals.get(client);
        return principal !== undefined && this.#options.access.mayReceive(principal, packet.topic) ? packet : null;
      },
    });
    broker.on('clientDisconnect', (client) => this.#principals.delete(client));
    for (const event of ['clientError', 'connectionError'] as const)
      broker.on(event, (client) => this.#refuse(event, this.#addressOf.get(client) ?? ''));
    return broker;
  }

  /** 0, or the code that CONNACK is refused with. */
  async #signIn(client: Client, given: { readonly username: string; readonly password: Uint8Array }): Promise<number> {
    const { access } = this.#options;
    const packet = this.#connectOf.get(client);
    if (packet?.clean !== true) return IDENTIFIER_REJECTED;
    const address = this.#addressOf.get(client) ?? '';
    const principal = await access.identify(packet.clientId, { ...given, address });
    if (principal === undefined) return BAD_CREDENTIALS;
    const will = packet.will as Publication | undefined;
    if (will !== undefined && !access.mayPublish(principal, will)) return NOT_AUTHORISED;
    this.#principals.set(client, principal);
    return 0;
  }

  #mayPublish(client: Client, packet: Publication & { readonly retain: boolean }): boolean {
    const principal = this.#principals.get(client);
    const { access, facilityCode } = this.#options;
    if (principal === undefined || !access.mayPublish(principal, packet)) return false;
    const topic = readTopic(facilityCode, packet.topic);
    if (packet.retain && topic?.kind === 'measure' && !this.#mayRetain(String(topic.device), packet)) return false;
    this.#published++;
    return true;
  }

  /** Who keeps on naming new topics would fill the memory: a device has so many. An empty payload forgets one (MQTT 3.1.1 §3.3.1.3). */
  #mayRetain(device: string, { topic, payload }: Publication): boolean {
    const topics = this.#retained.get(device) ?? new Set<string>();
    this.#retained.set(device, topics);
    if (payload.length === 0) topics.delete(topic);
    else if (topics.has(topic) || topics.size < BROKER_LIMITS.retainedOfOneDevice) topics.add(topic);
    else return false;
    return true;
  }

  #accept(socket: Duplex, { remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): void {
    if (!this.take(socket, remoteAddress)) socket.destroy();
  }

  #encrypt(raw: Socket, contextNow: ReturnType<typeof secureContextOf>): void {
    const drop = (): void => void raw.destroy();
    raw.on('error', drop);
    const address = raw.remoteAddress ?? '';
    // Before a byte of it is read: handshakes cost more than anything that follows.
    if (!this.#admit(raw, address)) return;
    // Of the whole handshake: who sends a byte now and then is not waited for either.
    const patience = setTimeout(drop, BROKER_LIMITS.connectMs);
    raw.once('close', () => clearTimeout(patience));
    const secureContext = contextNow();
    if (secureContext === null) {
      drop();
      return;
    }
    const socket = new TLSSocket(raw, { isServer: true, secureContext });
    socket.on('error', drop);
    socket.once('secure', () => {
      clearTimeout(patience);
      this.#serve(socket, address);
    });
  }

  #dropDevice(name: string): void {
    for (const [client, principal] of this.#principals)
      if (principal.kind === 'device' && principal.name === name) client.close();
    // What it said last may be why.
    const forgotten = { cmd: 'publish', payload: Buffer.alloc(0), qos: 0, retain: true, dup: false } as const;
    for (const topic of this.#retained.get(name) ?? []) this.#broker?.publish({ ...forgotten, topic }, () => {});
    this.#retained.delete(name);
  }

  #tell(broker: Aedes, payload: { readonly online: boolean; readonly since: string }): void {
    const topic = statusTopic(this.#options.facilityCode);
    const told = { cmd: 'publish', topic, payload: JSON.stringify(payload), qos: 0, retain: true, dup: false } as const;
    broker.publish(told, () => {});
  }

  #refuse(why: string, address: string): void {
    this.#refused++;
    this.#options.log.debug('broker.refused', { why, address });
  }
}

/** aedes keeps them by topic and does not declare them. */
function subscriptionsOf(client: Client): object {
  return (client as Client & { readonly subscriptions: object }).subscriptions;
}

async function listening(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  const ready = once(server, 'listening');
  server.listen(at.port, at.host);
  try {
    await ready;
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken) throw error;
    throw failRuntime('SH-K001', { why: `${at.host}:${at.port}`, cause: error });
  }
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? at.port : bound.port;
}
