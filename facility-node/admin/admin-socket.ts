import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { type ListenService, listenService } from '@santehaggui/runtime/http/listen-service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { BackupService } from '../backup/backup-service.ts';
import type { DoctorService } from '../health/doctor-service.ts';
import type { KeyRotation } from '../keys/key-rotation.ts';
import type { KeyService } from '../keys/key-service.ts';
import type { SessionService } from '../people/session-service.ts';
import type { SignInService } from '../people/sign-in-service.ts';
import type { AdminCaller, AdminPolicy, AdminRoute } from './admin-route.ts';
import { type AuditParts, auditRoutes } from './audit-routes.ts';
import { backupRoutes } from './backup-routes.ts';
import { type BrokerAdminParts, brokerRoutes } from './broker-routes.ts';
import { type ConsentParts, consentsRoutes } from './consents-routes.ts';
import { type DeviceAdminParts, devicesAdminRoutes } from './devices-routes.ts';
import { doctorRoutes } from './doctor-routes.ts';
import { keysRoutes } from './keys-routes.ts';
import { type OperatorParts, operatorRoutes } from './operator-routes.ts';
import { type RecordParts, recordsRoutes } from './records-routes.ts';
import { type ReviewParts, reviewRoutes } from './review-routes.ts';
import { type UserParts, usersRoutes } from './users-routes.ts';

/** What the admin socket is made of. */
export type AdminParts = OperatorParts &
  RecordParts &
  DeviceAdminParts &
  BrokerAdminParts &
  UserParts &
  ConsentParts &
  AuditParts &
  ReviewParts & {
    readonly socketPath: string;
    readonly doctor: DoctorService;
    readonly sessions: SessionService;
    readonly signIn: SignInService;
    readonly keys: KeyService;
    readonly rotation: KeyRotation;
    readonly backups: BackupService;
    readonly clock: Clock;
    readonly log: Log;
  };

/** Every route of the admin socket. */
export function adminRoutes(parts: Omit<AdminParts, 'socketPath'>): readonly AdminRoute[] {
  return [
    ...operatorRoutes(parts),
    ...keysRoutes(parts),
    ...backupRoutes(parts.backups),
    ...devicesAdminRoutes(parts),
    ...brokerRoutes(parts),
    ...usersRoutes(parts),
    ...doctorRoutes(parts.doctor),
    ...recordsRoutes(parts),
    ...consentsRoutes(parts),
    ...auditRoutes(parts),
    ...reviewRoutes(parts),
  ];
}

/** The local socket that the CLI speaks to, `DIR/admin.sock` (mode 0660): HTTP below `/v1`. */
export function adminSocket(parts: AdminParts): ListenService {
  const { socketPath, sessions, clock, log } = parts;
  const app = createHttpApp<AdminPolicy, AdminCaller>({
    log,
    clock,
    maxBodyBytes: 64 * 1024,
    basePath: '/v1',
    routes: adminRoutes(parts),
    authorise: async (policy, head) =>
      policy.kind === 'operator' ? { kind: 'operator' } : sessions.authorise(policy, head),
  });
  return listenService({ name: 'admin', app, at: { socketPath }, log, clock });
}
