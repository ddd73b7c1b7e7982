import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FacilityAddAnswer, FacilityLine } from '@santehaggui/protocols/api/admin-api.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import type { HubIdentity } from '@santehaggui/protocols/enrolment/enrolment.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import { requestOverSocket } from '@santehaggui/runtime/http/socket-client.ts';
import type { Composition } from '@santehaggui/runtime/lifecycle/run-process.ts';
import { runServices } from '@santehaggui/runtime/lifecycle/run-services.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Migration } from '@santehaggui/runtime/sql/migrations.ts';
import { type RecordingLog, recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { startTestPostgres, type TestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { type Clock, systemClock } from '@santehaggui/runtime/time/clock.ts';
import { registerMigrations } from '../database/prepare-database.ts';
import { FakeConnection } from '../ingest/fake-connection.ts';
import { FakeNode } from '../ingest/fake-node.ts';

type Settings = {
  readonly data: string;
  readonly database: { readonly url: string };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly trustedProxies: undefined;
    readonly name: string | undefined;
    readonly tlsKey: undefined;
    readonly tlsCertificate: undefined;
  };
  readonly kms: {
    readonly sealKey: undefined;
    readonly vaultUrl: string | undefined;
    readonly vaultToken: undefined;
    readonly vaultMount: string;
    readonly vaultKey: string;
    readonly vaultNamespace: undefined;
  };
  readonly sms: {
    readonly provider: 'none';
    readonly account: undefined;
    readonly secret: undefined;
    readonly number: undefined;
    readonly apiUrl: undefined;
    readonly webhookKey: undefined;
    readonly publicUrl: undefined;
  };
  readonly whatsapp: { readonly number: undefined; readonly template: undefined };
  readonly mail: { readonly url: undefined; readonly from: undefined };
  readonly copies: { readonly keepDays: number };
  readonly attachments: { readonly megabytesEach: number };
  readonly log: { readonly level: 'debug' };
};

type Parts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly freePort: () => Promise<number>;
  readonly version: string;
  readonly registerMigrations: readonly Migration[];
};

/** `composeHub` of compose.ts, given by the test: nothing but `main.ts` and tests may import that. */
type ComposeHub = (config: Settings, parts: Parts) => Promise<Composition>;

/** A whole hub in this process, on a PostgreSQL of its own. */
export class TestHub implements AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly log: RecordingLog;
  readonly url: string;
  /** Its data directory. */
  readonly data: string;
  /** The superuser's pool. */
  readonly admin: ReturnType<TestPostgres['pool']>;
  readonly #adminSocket: string;
  readonly #stop: () => Promise<void>;

  private constructor(parts: {
    readonly postgres: TestPostgres;
    readonly log: RecordingLog;
    readonly url: string;
    readonly data: string;
    readonly adminSocket: string;
    readonly stop: () => Promise<void>;
  }) {
    this.postgres = parts.postgres;
    this.log = parts.log;
    this.url = parts.url;
    this.data = parts.data;
    this.admin = parts.postgres.pool({ max: 4 });
    this.#adminSocket = parts.adminSocket;
    this.#stop = parts.stop;
  }

  /** Starts one. `clock` is what the hub believes. */
  static async start(compose: ComposeHub, clock: Clock = systemClock): Promise<TestHub> {
    await sodiumReady();
    const postgres = await startTestPostgres();
    const directory = await temporaryDirectory();
    const log = recordingLog();
    const { services, addresses } = await compose(
      {
        data: directory.path,
        database: { url: postgres.url },
        http: {
          host: '127.0.0.1',
          port: 0,
          trustedProxies: undefined,
          name: 'localhost',
          tlsKey: undefined,
          tlsCertificate: undefined,
        },
        kms: {
          ...{ sealKey: undefined, vaultUrl: undefined, vaultToken: undefined, vaultNamespace: undefined },
          vaultMount: 'transit',
          vaultKey: 'hub',
        },
        sms: {
          ...{ provider: 'none', account: undefined, secret: undefined, number: undefined },
          ...{ apiUrl: undefined, webhookKey: undefined, publicUrl: undefined },
        },
        whatsapp: { number: undefined, template: undefined },
        mail: { url: undefined, from: undefined },
        copies: { keepDays: 30 },
        attachments: { megabytesEach: 1024 },
        log: { level: 'debug' },
      },
      {
        clock,
        log: log.log,
        random: Math.random,
        randomBytes: (count) => new Uint8Array(randomBytes(count)),
        freePort: () => Promise.reject(new Error('no port is needed')),
        version: '0.0.0',
        registerMigrations: await registerMigrations(),
      },
    );
    const controller = new AbortController();
    const { promise: isReady, resolve: ready } = Promise.withResolvers<void>();
    const ended = runServices(services, { log: log.log, signal: controller.signal, ready });
    await Promise.race([isReady, ended]);
    const { url } = (addresses as () => { readonly url: string })();
    const stop = async (): Promise<void> => {
      controller.abort();
      await ended;
      await postgres.stop();
      await directory.remove();
    };
    return new TestHub({
      postgres,
      log,
      url,
      data: directory.path,
      adminSocket: join(directory.path, 'admin.sock'),
      stop,
    });
  }

  /** Asks the admin socket. */
  async operator<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const request = { socketPath: this.#adminSocket, method, path: `/v1${path}`, timeoutMs: 60_000 };
    return (await requestOverSocket(body === undefined ? request : { ...request, body })).body as Answer;
  }

  /** Signs somebody in over the admin socket, as no browser could; gives the header to ask with. */
  async tokenOf(login: string, password: string): Promise<{ readonly authorization: string }> {
    const { accessToken } = await this.operator<{ accessToken: string }>('POST', '/sessions', { login, password });
    return { authorization: `Bearer ${accessToken}` };
  }

  /** Registers a facility. */
  addFacility(code: string, more: Readonly<Record<string, unknown>> = {}): Promise<FacilityAddAnswer> {
    return this.operator('POST', '/facilities', {
      code,
      name: `Centre ${code}`,
      kind: 'cscom',
      region: 'Mopti',
      ...more,
    });
  }

  /** A facility as the registry lists it. */
  async facility(code: string): Promise<FacilityLine> {
    const { facilities } = await this.operator<{ facilities: FacilityLine[] }>('GET', '/facilities');
    return facilities.find((line) => line.code === code) as FacilityLine;
  }

  /** Enrols a node with a token. */
  async enrol(node: FakeNode, token: string): Promise<void> {
    const identity = (await this.get('/identity')) as HubIdentity;
    const sealed = node.enrolmentRequest(token, identity.sealKey);
    const answer = (await this.post('/enrolment', { sealed })) as { sealed: string };
    node.accept(answer.sealed, identity.sealKey);
  }

  /** Registers a facility and enrols a node for it. */
  async enrolled(code: string, more: Readonly<Record<string, unknown>> = {}): Promise<FakeNode> {
    const node = new FakeNode(code);
    const { token } = await this.addFacility(code, more);
    await this.enrol(node, token);
    return node;
  }

  /** Opens an exchange. */
  connect(node: FakeNode): Promise<FakeConnection> {
    return FakeConnection.open(node, this.url);
  }

  /** Asks the HTTP API. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return answerOf(await fetch(`${this.url}/api/v1${path}`, { headers }));
  }

  /** Posts to the HTTP API. */
  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
    return answerOf(await fetch(`${this.url}/api/v1${path}`, init));
  }

  /** Brings a node and the hub to the same point over a new connection, nothing refused, and proves that both hold the same then. */
  async exchange(node: FakeNode): Promise<void> {
    await this.settled();
    const connection = await this.connect(node);
    if (node.lastSequence > (connection.hubHello?.received?.upTo ?? 0)) {
      const { refused } = await connection.push(7);
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
      await this.settled();
    }
    const text = 'select feed_length as length from hub.facility where code = $1';
    const { rows } = await this.admin.query<{ length: string }>(text, [node.facility]);
    await connection.pull(Number(rows[0]?.length));
    const { at, entries } = await connection.digest();
    connection.drop();
    const isHere = at.sequence === node.lastSequence && at.feed === node.feedReceived;
    const isSame = toHex(combineDigests(entries ?? [])) === toHex(combineDigests(node.typeDigests()));
    if (!isHere || !isSame) throw new Error(`${node.facility} and the hub do not hold the same`);
  }

  /** Waits until nothing is left in the outbox. */
  async settled(): Promise<void> {
    for (;;) {
      const { outbox } = await this.operator<{ outbox: { waiting: number } }>('GET', '/status');
      if (outbox.waiting === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const body = isJson ? (JSON.parse(text) as unknown) : text;
  if (!response.ok) throw fromProblem(response.status, body);
  return body;
}
