import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { measureTopic, statusTopic } from '@santehaggui/protocols/topics.ts';
import fc from 'fast-check';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';
import { BROKER_LIMITS } from './broker-service.ts';

const FACILITY = 'cscom_sangha';
const topicOf = (device: string, measure: string): string => measureTopic(FACILITY, device, measure);
const isMosquitto = existsSync('/usr/bin/mosquitto_pub');

type Broker = AsyncDisposable & {
  readonly clinic: TestClinic;
  readonly port: number;
  readonly tlsPort: number;
  /** A device's account; answers its secret. */
  readonly device: (name: string) => string;
  /** Signs somebody in to the API; answers the access token. */
  readonly tokenOf: (role: 'nurse' | 'registrar') => Promise<string>;
};

async function openBroker(): Promise<Broker> {
  const clinic = await openTestClinic();
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const running = clinic.broker.run({ signal: stop.signal, ready: () => ready.resolve() });
  await Promise.race([ready.promise, running]);
  const { port, tlsPort } = clinic.broker.status();
  return {
    ...{ clinic, port: Number(port), tlsPort: Number(tlsPort) },
    device: (name) => clinic.brokerDevices.add(name, { kind: 'daemon' }).secret,
    tokenOf: async (role) => {
      await clinic.as(role);
      const body = { login: role, password: TEST_PASSWORD };
      return (await clinic.anonymous('POST', '/api/v1/sessions', { body })).body.accessToken;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await clinic[Symbol.asyncDispose]();
    },
  };
}

type Connected = AsyncDisposable & { readonly client: MqttClient; readonly heard: readonly string[] };

/** Connects once; throws what the broker refuses with. */
async function connected(url: string, options: IClientOptions): Promise<Connected> {
  const heard: string[] = [];
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, connectTimeout: 5000, ...options }, false);
  client.on('error', () => {});
  client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
  return { client, heard, [Symbol.asyncDispose]: () => client.endAsync(true) };
}

const asDevice = ({ port }: Broker, name: string, password: string, more: IClientOptions = {}) =>
  connected(`mqtt://127.0.0.1:${port}`, { clientId: name, username: name, password, ...more });

const asStaff = ({ port }: Broker, login: string, password: string) =>
  connected(`mqtt://127.0.0.1:${port}`, { clientId: `${login}/ecran-1`, username: login, password });

const refusal = (attempt: Promise<unknown>): Promise<number> =>
  attempt.then(
    () => 0,
    (error: { readonly code?: number }) => Number(error.code ?? -1),
  );

const closed = ({ client }: Connected) => new Promise<void>((resolve) => client.once('close', () => resolve()));

/** Bytes as they come, on a connection of their own. */
async function raw(port: number, bytes: Uint8Array): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** The next CONNACK (§3.2), in however many pieces it comes. */
async function connackOf(socket: Pick<Socket, 'on' | 'off'>): Promise<readonly number[]> {
  const bytes: number[] = [];
  const whole = Promise.withResolvers<readonly number[]>();
  const take = (piece: Buffer): void => {
    bytes.push(...piece);
    if (bytes.length >= 4) whole.resolve(bytes);
  };
  socket.on('data', take);
  const got = await whole.promise;
  socket.off('data', take);
  return got;
}

const utf8 = (text: string): Buffer =>
  Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), Buffer.from(text)]);

/** CONNECT of MQTT 3.1.1 with a user name and password (§3.1). */
function connectPacket(name: string, secret: string, { keepalive = 60 } = {}): Buffer {
  const variable = Buffer.concat([utf8('MQTT'), Buffer.from([4, 0xc2, keepalive >> 8, keepalive & 0xff])]);
  const body = Buffer.concat([variable, utf8(name), utf8(name), utf8(secret)]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

describe('a device', () => {
  it('publishes in its own subtree, to staff who may read observations; the last value waits for who comes later', async () => {
    await using broker = await openBroker();
    await using fridge = await asDevice(broker, 'frigo-1', broker.device('frigo-1'));
    await using nurse = await asStaff(broker, 'nurse', await broker.tokenOf('nurse'));
    await nurse.client.subscribeAsync(topicOf('+', '+'));
    await fridge.client.publishAsync(topicOf('frigo-1', 'temperature'), '4.5', { qos: 1, retain: true });
    await expect.poll(() => nurse.heard).toEqual([`${topicOf('frigo-1', 'temperature')} 4.5`]);
    await using later = await asStaff(broker, 'nurse', (await signedIn(broker, 'nurse')).accessToken);
    await later.client.subscribeAsync(topicOf('frigo-1', '#'));
    await expect.poll(() => later.heard).toEqual([`${topicOf('frigo-1', 'temperature')} 4.5`]);
    const status = broker.clinic.broker.status();
    expect(status).toMatchObject({ state: 'listening', devices: 1, retained: 1, published: 1 });
    expect(broker.clinic.broker.isConnected('frigo-1')).toBe(true);
  });

  it('is refused with a wrong secret, without an account, and after its account was revoked, which ends its connection', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    expect(await refusal(asDevice(broker, 'frigo-1', `${secret}x`))).toBe(4);
    expect(await refusal(asDevice(broker, 'frigo-2', secret))).toBe(4);
    expect(await refusal(connected(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'x' }))).toBe(4);
    await using fridge = await asDevice(broker, 'frigo-1', secret);
    const gone = closed(fridge);
    broker.clinic.brokerDevices.revoke('frigo-1', { kind: 'daemon' });
    await gone;
    expect(await refusal(asDevice(broker, 'frigo-1', secret))).toBe(4);
    const rows = broker.clinic.store.db.prepare('select * from broker_device').all();
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('is cut off when it publishes elsewhere: another’s subtree, the status, $SYS, a topic of a hundred levels, or twice for sure', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    const victim = await asDevice(broker, 'balance', broker.device('balance'));
    await using _ = victim;
    let isVictimGone = false;
    void closed(victim).then(() => {
      isVictimGone = true;
    });
    const own = topicOf('frigo-1', 'temperature');
    for (const [topic, payload, qos] of [
      [topicOf('balance', 'poids'), '1', 0],
      [statusTopic(FACILITY), '{"online":false}', 0],
      // aedes #597: who may publish this ends another's connection.
      ['$SYS/other/new/clients', 'balance', 0],
      [`${own}/${'a/'.repeat(150)}`, '1', 0],
      ['temperature', '1', 0],
      [own, '1', 2],
      [own, 'x'.repeat(5000), 0],
    ] as const) {
      await using fridge = await asDevice(broker, 'frigo-1', secret);
      const gone = closed(fridge);
      fridge.client.publish(topic, payload, { qos });
      await gone;
    }
    expect([isVictimGone, victim.heard]).toEqual([false, []]);
    expect(broker.clinic.broker.status()).toMatchObject({ published: 0, retained: 0 });
  });
});

describe('a client id', () => {
  it('of another identity is refused, so that nobody takes over a connection or what waits for it', async () => {
    await using broker = await openBroker();
    const [a, b] = [broker.device('frigo-1'), broker.device('balance')];
    const token = await broker.tokenOf('nurse');
    await using fridge = await asDevice(broker, 'frigo-1', a);
    await using _ = fridge;
    let isGone = false;
    void closed(fridge).then(() => {
      isGone = true;
    });
    const url = `mqtt://127.0.0.1:${broker.port}`;
    expect(await refusal(connected(url, { clientId: 'frigo-1', username: 'balance', password: b }))).toBe(4);
    expect(await refusal(connected(url, { clientId: 'frigo-1', username: 'nurse', password: token }))).toBe(4);
    expect(await refusal(connected(url, { clientId: 'head/x', username: 'nurse', password: token }))).toBe(4);
    expect([isGone, fridge.client.connected]).toEqual([false, true]);
  });

  it('keeps no session: nothing is queued for who is away', async () => {
    await using broker = await openBroker();
    expect(await refusal(asDevice(broker, 'frigo-1', broker.device('frigo-1'), { clean: false }))).toBe(2);
  });
});

describe('a subscription', () => {
  it('to anything but what is one’s own is refused: #, +/…, $SYS, shared, another’s subtree, more than there is room for', async () => {
    await using broker = await openBroker();
    await using fridge = await asDevice(broker, 'frigo-1', broker.device('frigo-1'));
    for (const filter of [
      ...['#', '+/#', '$SYS/#', `haggui/v1/${FACILITY}/#`, `haggui/v1/+/status`, topicOf('+', '+')],
      ...[topicOf('balance', 'poids'), `$share/g/${topicOf('frigo-1', '+')}`, `${topicOf('frigo-1', 't')}/x`],
    ]) {
      const granted = await fridge.client.subscribeAsync(filter).catch((error: Error) => error.message);
      expect([filter, JSON.stringify(granted)]).toEqual([filter, expect.stringMatching(/128|Unspecified|Invalid/)]);
    }
    await fridge.client.subscribeAsync(topicOf('frigo-1', '+'));
    const many = Array.from({ length: BROKER_LIMITS.subscriptions + 5 }, (_, at) => topicOf('frigo-1', `m${at}`));
    const granted = [];
    for (const topic of many)
      granted.push(
        await fridge.client.subscribeAsync(topic).then(
          () => true,
          () => false,
        ),
      );
    expect(granted.filter(Boolean)).toHaveLength(BROKER_LIMITS.subscriptions - 1);
  });

  it('of staff follows their rights at each message, and their session: by no API is more read than by another', async () => {
    await using broker = await openBroker();
    await using registrar = await asStaff(broker, 'registrar', await broker.tokenOf('registrar'));
    await expect(registrar.client.subscribeAsync(topicOf('+', '+'))).rejects.toThrow();
    await registrar.client.subscribeAsync(statusTopic(FACILITY));
    await expect.poll(() => registrar.heard.length).toBe(1);
    await using fridge = await asDevice(broker, 'frigo-1', broker.device('frigo-1'));
    const { accessToken } = await signedIn(broker, 'nurse', true);
    await using nurse = await asStaff(broker, 'nurse', accessToken);
    await nurse.client.subscribeAsync(topicOf('+', '+'));
    await fridge.client.publishAsync(topicOf('frigo-1', 't'), '1', { qos: 1 });
    await expect.poll(() => nurse.heard).toHaveLength(1);
    broker.clinic.people.disableAccount('nurse');
    await fridge.client.publishAsync(topicOf('frigo-1', 't'), '2', { qos: 1 });
    await fridge.client.publishAsync(topicOf('frigo-1', 't'), '3', { qos: 1 });
    expect(nurse.heard).toHaveLength(1);
    expect(await refusal(asStaff(broker, 'nurse', accessToken))).toBe(4);
    const gone = closed(registrar);
    registrar.client.publish(topicOf('frigo-1', 't'), '9');
    await gone;
  });
});

describe('a will', () => {
  it('of another’s topic is refused at the door (aedes #211); one’s own is told', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    const will = { topic: topicOf('balance', 'poids'), payload: Buffer.from('0'), qos: 0, retain: true } as const;
    expect(await refusal(asDevice(broker, 'frigo-1', secret, { will }))).toBe(5);
    await using nurse = await asStaff(broker, 'nurse', await broker.tokenOf('nurse'));
    await nurse.client.subscribeAsync(topicOf('+', '+'));
    const own = { ...will, topic: topicOf('frigo-1', 'etat'), payload: Buffer.from('coupé') };
    const fridge = await asDevice(broker, 'frigo-1', secret, { will: own });
    fridge.client.stream.destroy();
    await expect.poll(() => nurse.heard).toEqual([`${own.topic} coupé`]);
  });
});

describe('the broker', () => {
  it('keeps no more last values of a device than it has room for (aedes-cli #158), and forgets one with an empty payload', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    await using fridge = await asDevice(broker, 'frigo-1', secret);
    const room = BROKER_LIMITS.retainedOfOneDevice;
    for (let at = 0; at < room; at++)
      await fridge.client.publishAsync(topicOf('frigo-1', `m${at}`), '1', { qos: 1, retain: true });
    await fridge.client.publishAsync(topicOf('frigo-1', 'm0'), '', { qos: 1, retain: true });
    await fridge.client.publishAsync(topicOf('frigo-1', 'n0'), '1', { qos: 1, retain: true });
    expect(broker.clinic.broker.status().retained).toBe(room);
    const gone = closed(fridge);
    fridge.client.publish(topicOf('frigo-1', 'n1'), '1', { retain: true });
    await gone;
    expect(broker.clinic.broker.status().retained).toBe(room);
  });

  it('cuts off who sends a packet that is too large when its length is known, not when it has come', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    const connectIsHuge = await raw(broker.port, Buffer.from([0x10, 0xff, 0xff, 0x7f]));
    await once(connectIsHuge, 'close');
    const socket = await raw(broker.port, connectPacket('frigo-1', secret));
    expect(await connackOf(socket)).toEqual([0x20, 2, 0, 0]);
    // A PUBLISH that says it has 64 MB.
    socket.write(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x20]));
    await once(socket, 'close');
    expect(broker.clinic.broker.status().connections).toBe(0);
  });

  it('waits for nobody for ever: a keepalive of 0 or of hours is refused', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    for (const keepalive of [0, BROKER_LIMITS.keepaliveSeconds + 1]) {
      const socket = await raw(broker.port, connectPacket('frigo-1', secret, { keepalive }));
      expect([keepalive, (await connackOf(socket))[3]]).toEqual([keepalive, 6]);
      socket.destroy();
    }
  });

  it('holds so many connections of one address, and lets the next in when one has gone', async () => {
    await using broker = await openBroker();
    const sockets: Socket[] = [];
    for (let at = 0; at < BROKER_LIMITS.connectionsOfOneAddress; at++)
      sockets.push(await raw(broker.port, new Uint8Array()));
    const secret = broker.device('frigo-1');
    await expect.poll(() => refusal(asDevice(broker, 'frigo-1', secret, { connectTimeout: 500 }))).not.toBe(0);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() => refusal(asDevice(broker, 'frigo-1', secret).then((one) => one.client.endAsync(true))))
      .toBe(0);
  });

  it('lives on after whatever strangers send, before and after they have signed in', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (noise, isSignedIn) => {
        const socket = await raw(broker.port, isSignedIn ? connectPacket('frigo-1', secret) : new Uint8Array());
        if (isSignedIn) await connackOf(socket);
        socket.end(noise);
        await new Promise((resolve) => setImmediate(resolve));
        socket.destroy();
      }),
      { numRuns: 300 },
    );
    await using fridge = await asDevice(broker, 'frigo-1', secret);
    expect(fridge.client.connected).toBe(true);
  });

  it('says that it is there, retained, and that it goes', async () => {
    const broker = await openBroker();
    await using fridge = await asDevice(broker, 'frigo-1', broker.device('frigo-1'));
    await fridge.client.subscribeAsync(statusTopic(FACILITY));
    await expect.poll(() => fridge.heard.length).toBe(1);
    expect(fridge.heard[0]).toContain('"online":true');
    await broker[Symbol.asyncDispose]();
    await expect.poll(() => fridge.heard.at(-1)).toContain('"online":false');
  });

  it('speaks TLS with the certificate of the LAN, and over WebSocket on its port', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    const socket = connectTls({ port: broker.tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getPeerCertificate().subjectaltname).toContain('poste');
    socket.write(connectPacket('frigo-1', secret));
    expect(await connackOf(socket)).toEqual([0x20, 2, 0, 0]);
    socket.destroy();
    const url = `${broker.clinic.url.replace('http', 'ws')}/mqtt`;
    await using screen = await connected(url, {
      ...{ clientId: 'nurse/tablette', username: 'nurse', password: await broker.tokenOf('nurse') },
    });
    await screen.client.subscribeAsync(statusTopic(FACILITY));
    await expect.poll(() => screen.heard.length).toBe(1);
    await expect(connected(url.replace('/mqtt', '/autre'), { clientId: 'x', connectTimeout: 500 })).rejects.toThrow();
  });
});

// The runner of all tests installs Debian's clients, or says why this is left out.
describe.runIf(isMosquitto)('Debian’s mosquitto clients', () => {
  it('publish and are refused as ours are', async () => {
    await using broker = await openBroker();
    const secret = broker.device('frigo-1');
    const pub = (topic: string, ...more: readonly string[]) => {
      const at = ['-h', '127.0.0.1', '-p', String(broker.port), '-i', 'frigo-1', '-u', 'frigo-1', '-P', secret];
      return mosquitto('mosquitto_pub', [...at, '-q', '1', '-t', topic, '-m', '4.5', ...more]);
    };
    expect(await pub(topicOf('frigo-1', 'temperature'), '-r')).toMatchObject({ code: 0 });
    expect(broker.clinic.broker.status()).toMatchObject({ published: 1, retained: 1 });
    expect((await pub(topicOf('balance', 'poids'))).code).not.toBe(0);
    expect((await pub(topicOf('frigo-1', 't'), '-P', 'faux')).code).not.toBe(0);
    expect((await pub(topicOf('frigo-1', 't'), '-i', 'balance')).code).not.toBe(0);
    const token = await broker.tokenOf('nurse');
    const as = ['-h', '127.0.0.1', '-p', String(broker.port), '-i', 'nurse/x', '-u', 'nurse', '-P', token];
    const read = await mosquitto('mosquitto_sub', [...as, '-t', topicOf('+', '+'), '-C', '1', '-W', '5']);
    expect(read).toMatchObject({ code: 0, out: '4.5\n' });
    const all = await mosquitto('mosquitto_sub', [...as, '-t', '#', '-C', '1', '-W', '1']);
    expect(all.out).toBe('');
  });
});

async function mosquitto(command: string, words: readonly string[]) {
  const child = spawn(command, [...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString();
  });
  const [code] = await once(child, 'close');
  return { code: Number(code), out };
}

async function signedIn({ clinic }: Broker, role: 'nurse', isNew = false): Promise<{ accessToken: string }> {
  if (isNew) await clinic.as(role);
  const body = { login: role, password: TEST_PASSWORD };
  return (await clinic.anonymous('POST', '/api/v1/sessions', { body })).body;
}
