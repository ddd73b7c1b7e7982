import {
  type DeviceInvitation,
  type DeviceList,
  deviceRevocationRequest,
} from '@santehaggui/protocols/api/device-api.ts';
import type { DeviceService, IssuedInvitation } from '../enrolled-devices/device-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** What the operator's routes of devices speak to. */
export type DeviceAdminParts = {
  readonly devices: DeviceService;
  readonly invitationOf: (issued: IssuedInvitation) => DeviceInvitation;
};

/** The tablets and phones of the facility, for the machine's operator. */
export function devicesAdminRoutes({ devices, invitationOf }: DeviceAdminParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/devices',
      summary: 'Les tablettes et téléphones enrôlés',
      handler: () => ({ body: { devices: devices.list() } satisfies DeviceList }),
    }),
    operatorRoute({
      method: 'post',
      path: '/devices/invitations',
      summary: 'Inviter un appareil',
      handler: () => ({ status: 201, body: invitationOf(devices.invite({ kind: 'daemon' })) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/devices/revocations',
      summary: 'Retirer un appareil',
      body: deviceRevocationRequest,
      handler: ({ body }) => ({ body: devices.revoke(body.device, { kind: 'daemon' }) }),
    }),
  ];
}
