import type { LockedStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { type BoundAddress, type ListenService, listenService } from '@santehaggui/runtime/http/listen-service.ts';
import type { Composition } from '@santehaggui/runtime/lifecycle/run-process.ts';
import { runServices } from '@santehaggui/runtime/lifecycle/run-services.ts';
import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { readServerCertificate } from '../certificates/certificate-service.ts';
import { localNameOf } from '../certificates/lan-names.ts';
import { atTheDoor, type PlainHttp, toHttps } from '../lan/plain-http.ts';
import type { DataDirectory } from '../store/data-directory.ts';
import { lockDataDirectory } from '../store/data-lock.ts';
import { KeyRing } from '../store/key-ring.ts';
import type { NodeIdentity } from '../store/node-identity.ts';
import type { HubUnlock } from './hub-unlock.ts';
import { type LockedPolicy, type LockedRoute, lockedAdminRoutes, lockedPageRoutes } from './locked-routes.ts';
import { type Unlocked, UnlockService } from './unlock-service.ts';

/** What a locked node is made of. */
export type LockedOptions = {
  readonly directory: DataDirectory;
  readonly at: { readonly host: string; readonly port: number };
  readonly plainHttp: PlainHttp;
  readonly identity: NodeIdentity;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the hub can open it too. */
  readonly hubUnlock?: HubUnlock | undefined;
  /** Puts the whole node together once the ring is open, on the port that the locked one had. */
  readonly open: (unlocked: Unlocked, lanPort: number) => Promise<Composition>;
};

/**
 * A node after a power cut where nothing opens its database by itself: it serves a page to open it and takes sealed notes.
 * Once somebody has opened it, the same process goes on as the whole node, at the same addresses.
 */
export function lockedNode(options: LockedOptions): Composition {
  const { directory, identity, log } = options;
  let now: () => Readonly<Record<string, unknown>> = () => ({});
  const service: Service = {
    name: 'node',
    run: async ({ signal, ready }) => {
      const gate = Promise.withResolvers<Unlocked>();
      const closing = new AbortController();
      const { services, lan } = lockedServices(options, gate.resolve);
      now = () => ({ ...addressesOf(lan, options), locked: true });
      // Who opens it gets the answer before the page goes away.
      void gate.promise.then(() => closing.abort());
      log.warn('node.locked', { unlockers: KeyRing.read(directory.keyRingFile).unlockers().length });
      const lock = lockDataDirectory(directory.lockFile);
      let lanPort = options.at.port;
      try {
        await runServices(services, {
          log,
          signal: AbortSignal.any([signal, closing.signal]),
          ready: () => {
            const address = lan.address();
            if ('port' in address) lanPort = address.port;
            ready();
          },
        });
      } finally {
        lock[Symbol.dispose]();
      }
      if (signal.aborted) return;
      const unlocked = await gate.promise;
      log.info('node.unlocked', { by: unlocked.by.kind });
      const node = await options.open(unlocked, lanPort);
      now = node.addresses ?? now;
      await runServices(node.services, { log, signal, ready: () => log.info('ready', now()) });
    },
  };
  return {
    services: [service],
    addresses: () => ({ ...now(), facility: identity.facility.code, node: identity.node }),
  };
}

function lockedServices(
  { directory, at, plainHttp, identity, version, clock, log, hubUnlock }: LockedOptions,
  onUnlocked: (unlocked: Unlocked) => void,
): { readonly services: readonly Service[]; readonly lan: ListenService } {
  const startedMs = clock.monotonic();
  const lanAddress = (): string => urlOf(lan.address());
  const parts = {
    unlocking: new UnlockService({ ringFile: directory.keyRingFile }),
    facilityName: identity.facility.name,
    host: localNameOf(identity.facility.code),
    hubWords: hubUnlock?.words(),
    ...{ keyRingFile: directory.keyRingFile, sealedNotesFile: directory.sealedNotesFile, clock, onUnlocked },
    status: (): LockedStatus => ({
      ...{ facility: identity.facility.code, version, isLocked: true, health: 'degraded' },
      uptimeSeconds: Math.round((clock.monotonic() - startedMs) / 1000),
      checks: [
        {
          name: 'keys',
          state: 'degraded',
          detail: 'verrouillé : la base est fermée, seules des notes d’urgence sont acceptées',
          remedy: `Ouvrez ${lanAddress()} et donnez un mot de passe, ou « haggui keys unlock ».`,
        },
      ],
      ...{ modem: null, sync: null, broker: null, people: null },
      lanUrl: lanAddress(),
    }),
  };
  const serve = (name: string, routes: readonly LockedRoute[], where: Place): ListenService => {
    const app = createHttpApp<LockedPolicy, undefined>({
      ...{ log, clock, routes, basePath: where.basePath },
      maxBodyBytes: 16 * 1024,
      authorise: async () => undefined,
    });
    const tls = 'socketPath' in where.at ? null : readServerCertificate(directory.lanCertificateFile);
    // A password crosses the LAN in clear only where no certificate was ever made.
    const guarded = tls === null ? { app } : { app: atTheDoor(plainHttp, app, toHttps), sharedTls: () => tls };
    return listenService({ ...{ name, log, clock, at: where.at, graceMs: 2000 }, ...guarded });
  };
  const lan = serve('lan', lockedPageRoutes(parts), { at, basePath: '/' });
  const admin = serve('admin', lockedAdminRoutes(parts), {
    at: { socketPath: directory.adminSocket },
    basePath: '/v1',
  });
  return { lan, services: [lan, admin, ...(hubUnlock === undefined ? [] : [hubUnlock.service(onUnlocked)])] };
}

type Place = { readonly at: LockedOptions['at'] | { readonly socketPath: string }; readonly basePath: string };

function addressesOf(lan: ListenService, { directory }: LockedOptions): Readonly<Record<string, unknown>> {
  return { lanUrl: urlOf(lan.address()), adminSocket: directory.adminSocket };
}

function urlOf(address: BoundAddress): string {
  return 'url' in address ? address.url.replace('//0.0.0.0:', '//127.0.0.1:') : '';
}
