import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { type ListenOptions, type ListenService, listenService } from '@santehaggui/runtime/http/listen-service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { type ClinicParts, clinicRoutes } from './clinic-api.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** What the LAN service is made of: the clinic's parts, and where it listens. */
export type LanOptions = ClinicParts & {
  readonly at: { readonly host: string; readonly port: number };
  readonly tls?: NonNullable<ListenOptions['tls']>;
  readonly log: Log;
};

/** Serves the LAN API (`/api/v1`, `/api/docs`) to the facility's tablets and programs; `address().url` once it is ready. */
export function lanService({ at, tls, log, ...parts }: LanOptions): ListenService {
  const { clock, sessions } = parts;
  const app = createHttpApp({
    log,
    clock,
    maxBodyBytes: MAX_BODY_BYTES,
    basePath: '/api',
    routes: clinicRoutes(parts),
    authorise: (policy, head) => sessions.authorise(policy, head),
  });
  return listenService({ name: 'lan', app, at, log, clock, ...(tls === undefined ? {} : { tls }) });
}
