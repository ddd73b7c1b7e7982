import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Express } from 'express';
import { auditedRoutes } from '../audit/audited-routes.ts';
import { type AdminPolicy, type AdminPrincipal, type AdminServices, adminRoutes } from './admin-routes.ts';

/** The application behind the admin socket. */
export function adminApp(
  services: AdminServices,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Express {
  return createHttpApp<AdminPolicy, AdminPrincipal>({
    log,
    clock,
    maxBodyBytes: 64 * 1024,
    basePath: '/v1',
    routes: auditedRoutes(adminRoutes(services), services.audit, ({ requestId }) => ({ kind: 'operator', requestId })),
    authorise: async () => 'operator',
  });
}
