import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { District, FacilityProfile } from '@santehaggui/fixtures/district/facility-profile.ts';
import type { LanClient } from '@santehaggui/fixtures/generator/lan-client.ts';
import type { LinkSimulator } from '@santehaggui/fixtures/simulators/link.ts';
import type { FacilityAddAnswer, FacilityLine } from '@santehaggui/protocols/api/admin-api.ts';
import type { HubUserInvited } from '@santehaggui/protocols/api/hub-people-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { type AdminClient, createAdminClient } from '../client/admin-client.ts';
import { DaemonProcess } from './daemon-process.ts';
import { DemoNode } from './demo-node.ts';
import { enrolNode } from './enrolment.ts';
import { type Guardian, startGuardian } from './guardian.ts';
import { facilitiesOf } from './hub-registry.ts';
import { launcherPath } from './launchers.ts';
import { initialiseNode } from './node-init.ts';
import { untilItGoes } from './until-it-goes.ts';

/** The links that a district can be given. */
export type DemoLink = 'lan' | '3g' | 'edge';

/** What a district in a box is made of. */
export type DemoDistrictOptions = {
  /** The facilities, a facility always after the one that it refers to. */
  readonly district: District;
  /** Of the passwords and of the links' mishaps. */
  readonly seed: number;
  readonly link: DemoLink;
  /** How many times faster the links' time runs; bytes and their order stay. Default 1. */
  readonly timeScale?: number;
  /** Where everything is kept: `hub/` and one folder a facility. Made when it is missing, never removed. */
  readonly dataDirectory: string;
  /** The folder that holds `bin/`. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Gives up whatever is under way. */
  readonly signal?: AbortSignal;
  /**
   * Called when a daemon ends although nobody asked it to, for whoever starts it again (a hub ends with its PostgreSQL). Without
   * it `lost` aborts, and with it all that is under way.
   */
  readonly onLost?: (daemon: string, error: Error) => void;
  /** Told what is being done while the district starts, and how far it is. */
  readonly onProgress?: (step: DistrictStep, done: number, total: number) => void;
};

/** What a district does while it starts. */
export type DistrictStep = 'hub' | 'initialising' | 'starting' | 'enrolling';

/** Somebody who reads the hub's reports. */
export type DemoHubUser = {
  readonly login: string;
  readonly password: string;
  readonly role: 'ministry' | 'region';
  readonly region?: string;
  /** With it and the password a first passkey is made, on the hub's page. */
  readonly invitation?: string;
};

/** Two at a time: the machines that this runs on have two cores. */
const SIDE_BY_SIDE = 2;

/** Waits for all of it, also when some of it fails: nothing may still be starting processes when they are being stopped. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  const failure = (await Promise.allSettled(works)).find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function forEachSideBySide<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await allEnded(Array.from({ length: SIDE_BY_SIDE }, lane));
}

/** The environment without our own settings: the demonstration must not be led astray by those of an installed daemon. */
function cleanEnvironment(environment: DemoDistrictOptions['environment']): DemoDistrictOptions['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('HAGGUI_')));
}

/**
 * A hub and its facilities as real processes on this machine. `start` brings all of them up, registered and enrolled; each can be
 * killed and started again; disposing of it stops all of them, whatever state they are in, and leaves the files.
 */
export class DemoDistrict implements AsyncDisposable {
  readonly #options: DemoDistrictOptions;
  readonly #environment: DemoDistrictOptions['environment'];
  readonly #lost = new AbortController();
  readonly #nodes = new Map<string, DemoNode>();
  #guardian: Guardian | undefined;
  #hub: DaemonProcess | undefined;
  #hubPort = 0;
  #users: readonly DemoHubUser[] = [];

  constructor(options: DemoDistrictOptions) {
    this.#options = options;
    this.#environment = cleanEnvironment(options.environment);
  }

  /** Aborts, with the error as its reason, when a daemon ends although nobody asked it to. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Aborts when the district is given up or has lost a daemon: for all that asks its daemons something. */
  get signal(): AbortSignal {
    const { signal } = this.#options;
    return signal === undefined ? this.lost : AbortSignal.any([signal, this.lost]);
  }

  /** The hub's process. */
  get hub(): DaemonProcess {
    if (this.#hub === undefined) throw new TypeError('the district is not started');
    return this.#hub;
  }

  /** The folder of the hub's data. */
  get hubDirectory(): string {
    return join(this.#options.dataDirectory, 'hub');
  }

  /** The hub's local socket. */
  get hubAdmin(): AdminClient {
    return createAdminClient({ dataDirectory: this.hubDirectory, signal: this.signal });
  }

  /** Where the hub answers. */
  get hubUrl(): string {
    return `http://127.0.0.1:${this.#hubPort}`;
  }

  /** Who may read the hub's reports. */
  get hubUsers(): readonly DemoHubUser[] {
    return this.#users;
  }

  /** The last errors that the daemons wrote in their logs, each after the daemon's name. */
  get lastErrors(): readonly string[] {
    const daemons = [...(this.#hub === undefined ? [] : [this.#hub]), ...this.nodes.map((node) => node.process)];
    return daemons.flatMap(({ name, lastErrors }) => lastErrors.map((line) => `${name}: ${line}`));
  }

  /** The nodes, in the district's order. */
  get nodes(): readonly DemoNode[] {
    return [...this.#nodes.values()];
  }

  /** The node of a facility; throws RangeError for a code that the district lacks. */
  node(code: string): DemoNode {
    const node = this.#nodes.get(code);
    if (node === undefined) throw new RangeError(`no node ${code} in the district`);
    return node;
  }

  /** Brings everything up. What it throws leaves the district to be disposed of. */
  async start(): Promise<void> {
    const { district, dataDirectory, onProgress, clock } = this.#options;
    const { signal } = this;
    const { facilities } = district;
    const total = 1 + 3 * facilities.length;
    let done = 0;
    const step = (name: DistrictStep): void => onProgress?.(name, done++, total);
    // A hub's PostgreSQL may run as another user, who must be able to pass through.
    await mkdir(dataDirectory, { recursive: true, mode: 0o711 });
    this.#guardian = startGuardian();
    step('hub');
    this.#hub = this.#daemon('haggui-hub', 'hub', () => [
      '--http-port',
      String(this.#hubPort),
      '--http-name',
      'localhost',
    ]);
    await allEnded([
      this.startHub(),
      forEachSideBySide(facilities, async (profile) => {
        step('initialising');
        await this.#initialise(profile);
      }),
    ]);
    await this.#addUsers();
    const tokens = new Map<string, string>();
    for (const profile of facilities) tokens.set(profile.code, await this.#register(profile));
    for (const profile of facilities) this.#nodes.set(profile.code, await this.#makeNode(profile));
    await forEachSideBySide(this.nodes, async (node) => {
      step('starting');
      await node.start();
      step('enrolling');
      const { url } = await node.link.start();
      await untilItGoes(() => enrolNode(node.admin, url, tokens.get(node.code) ?? ''), { clock, signal });
    });
  }

  /** Starts the hub, or starts it again on the port that it had. */
  async startHub(): Promise<void> {
    const ready = await this.hub.start();
    this.#hubPort = Number(new URL(String(ready.url)).port);
  }

  /** The process id of the hub's PostgreSQL, for whoever wants to kill it; undefined when there is none. */
  async postgresPid(): Promise<number | undefined> {
    const file = join(this.hubDirectory, 'postgres', 'data', 'postmaster.pid');
    const [line = ''] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    return Number(line) || undefined;
  }

  /** What the hub knows of each facility. */
  facilityLines(): Promise<readonly FacilityLine[]> {
    return facilitiesOf(this.hubAdmin);
  }

  /** A client of a facility's LAN API that signs in as each member of its staff. */
  async lanClient(code: string): Promise<LanClient> {
    const { lanClient } = await import('@santehaggui/fixtures/generator/lan-client.ts');
    const node = this.node(code);
    return lanClient({ baseUrl: () => node.lanUrl, passwordOf: node.passwordOf });
  }

  /** Stops the nodes, then the hub, then the links; what does not stop is killed. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.nodes.map((node) => node.stop()));
    await this.#hub?.stop().catch(() => undefined);
    await Promise.allSettled(this.nodes.map((node) => node.link.stop()));
    await this.#guardian?.[Symbol.asyncDispose]();
  }

  #daemon(daemon: 'haggui-node' | 'haggui-hub', name: string, more: () => readonly string[]): DaemonProcess {
    const { root, clock, signal, onLost } = this.#options;
    const guardian = this.#guardian;
    if (guardian === undefined) throw new TypeError('the district is not started');
    const directory = join(this.#options.dataDirectory, name);
    return new DaemonProcess({
      name,
      launcher: launcherPath(root, daemon),
      argumentsNow: () => ['start', '--data', directory, ...more()],
      environment: this.#environment,
      logFile: join(this.#options.dataDirectory, `${name}.log`),
      guardian,
      clock,
      signal,
      onLost: (error) => (onLost === undefined ? this.#lost.abort(error) : onLost(name, error)),
    });
  }

  async #initialise(profile: FacilityProfile): Promise<void> {
    const { staffPassword } = await import('@santehaggui/fixtures/district/staff-password.ts');
    const { root, seed, dataDirectory } = this.#options;
    const staff = profile.staff.map(({ login, familyName, givenName, role }) => ({
      login,
      password: staffPassword(seed, profile.code, login),
      role,
      familyName,
      givenName,
    }));
    const administrator = staff.find(({ login }) => login === profile.administrator);
    if (administrator === undefined) throw new TypeError(`${profile.code} has no administrator among its staff`);
    await initialiseNode({
      root,
      dataDirectory: join(dataDirectory, profile.code),
      answers: {
        facility: { code: profile.code, name: profile.name },
        administrator,
        staff: staff.filter((member) => member !== administrator),
      },
      environment: this.#environment,
      signal: this.signal,
    });
  }

  async #addUsers(): Promise<void> {
    const { staffPassword } = await import('@santehaggui/fixtures/district/staff-password.ts');
    const { seed, district } = this.#options;
    const password = (login: string): string => staffPassword(seed, 'hub', login);
    const users: readonly DemoHubUser[] = [
      { login: 'ministere', password: password('ministere'), role: 'ministry' },
      { login: 'drs.mopti', password: password('drs.mopti'), role: 'region', region: district.region },
    ];
    for (const body of users) {
      const { invitation } = await this.hubAdmin.post<HubUserInvited>('/users', { body });
      this.#users = [...this.#users, { ...body, invitation: invitation.words }];
    }
  }

  async #register(profile: FacilityProfile): Promise<string> {
    const { code, name, kind, region, district, referralTarget, phone, latitude, longitude, population } = profile;
    const body = {
      code,
      name,
      kind,
      region,
      district,
      phone,
      latitude,
      longitude,
      population,
      ...(referralTarget === null ? {} : { referralTarget }),
    };
    const { token } = await this.hubAdmin.post<FacilityAddAnswer>('/facilities', { body });
    return token;
  }

  async #makeNode(profile: FacilityProfile): Promise<DemoNode> {
    const { staffPassword } = await import('@santehaggui/fixtures/district/staff-password.ts');
    const { seed, dataDirectory } = this.#options;
    const process = this.#daemon('haggui-node', profile.code, () => ['--lan-port', '0']);
    return new DemoNode({
      profile,
      dataDirectory: join(dataDirectory, profile.code),
      process,
      link: await this.#makeLink(profile),
      passwordOf: (login) => staffPassword(seed, profile.code, login),
      signal: this.signal,
    });
  }

  async #makeLink(profile: FacilityProfile): Promise<LinkSimulator> {
    const { LinkSimulator } = await import('@santehaggui/fixtures/simulators/link.ts');
    const { LINK_PROFILES } = await import('@santehaggui/fixtures/simulators/link-profiles.ts');
    const { seed, link, timeScale = 1, district } = this.#options;
    return new LinkSimulator({
      target: { host: '127.0.0.1', port: this.#hubPort },
      profile: LINK_PROFILES[link],
      seed: seed * 100 + district.facilities.indexOf(profile),
      timeScale,
    });
  }
}
