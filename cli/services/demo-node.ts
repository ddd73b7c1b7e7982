import type { FacilityProfile } from '@santehaggui/fixtures/district/facility-profile.ts';
import type { LinkSimulator } from '@santehaggui/fixtures/simulators/link.ts';
import type { SyncStatus, SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { SessionAnswer } from '@santehaggui/protocols/api/lan-api.ts';
import { type AdminClient, createAdminClient } from '../client/admin-client.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { syncNow, syncVerify } from './sync-screens.ts';

/** What a {@link DemoNode} is made of. */
export type DemoNodeParts = {
  readonly profile: FacilityProfile;
  readonly dataDirectory: string;
  readonly process: DaemonProcess;
  readonly link: LinkSimulator;
  readonly passwordOf: (login: string) => string;
  readonly signal: AbortSignal;
};

/** One facility of the district in a box: a real node behind a simulated link, with its staff. */
export class DemoNode {
  readonly profile: FacilityProfile;
  readonly dataDirectory: string;
  readonly process: DaemonProcess;
  /** The way to the hub: cut it, restore it, read its bytes. */
  readonly link: LinkSimulator;
  /** The password of a member of staff. */
  readonly passwordOf: (login: string) => string;
  /** The node's local socket, as the operator of the machine. */
  readonly admin: AdminClient;

  constructor({ profile, dataDirectory, process, link, passwordOf, signal }: DemoNodeParts) {
    this.profile = profile;
    this.dataDirectory = dataDirectory;
    this.process = process;
    this.link = link;
    this.passwordOf = passwordOf;
    this.admin = createAdminClient({ dataDirectory, signal });
  }

  /** The facility's code. */
  get code(): string {
    return this.profile.code;
  }

  /** Where the LAN API answers; another port after each start. */
  get lanUrl(): string {
    return String(this.process.ready.lanUrl);
  }

  /** Starts the daemon, or starts it again after a `kill`. */
  async start(): Promise<void> {
    await this.process.start();
  }

  /** Stops the daemon orderly. */
  stop(): Promise<void> {
    return this.process.stop();
  }

  /** Kills the daemon with -9. */
  kill(): Promise<void> {
    return this.process.kill();
  }

  /** The backlog and the counters. */
  syncStatus(): Promise<SyncStatus> {
    return this.admin.get<SyncStatus>('/sync/status');
  }

  /** Exchanges now; gives the state afterwards. */
  syncNow(): Promise<SyncStatus> {
    return syncNow(this.admin);
  }

  /** Compares with the hub. */
  syncVerify(): Promise<SyncVerification> {
    return syncVerify(this.admin);
  }

  /** The local socket as a member of staff; by default the administrator. */
  async signedIn(login: string = this.profile.administrator): Promise<AdminClient> {
    const { accessToken } = await this.admin.post<SessionAnswer>('/sessions', {
      body: { login, password: this.passwordOf(login) },
    });
    return this.admin.as(accessToken);
  }
}
