import {
  type DeviceInvitation,
  type DeviceList,
  deviceRevocationRequest,
  type LanAuthority,
} from '@santehaggui/protocols/api/device-api.ts';
import type { CertificateService } from '../certificates/certificate-service.ts';
import type { DeviceService, IssuedInvitation } from '../enrolled-devices/device-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** What the operator's routes of devices speak to. */
export type DeviceAdminParts = {
  readonly devices: DeviceService;
  readonly certificates: CertificateService;
  readonly invitationOf: (issued: IssuedInvitation) => DeviceInvitation;
};

/** The tablets and phones of the facility, for the machine's operator. */
export function devicesAdminRoutes({ devices, certificates, invitationOf }: DeviceAdminParts): readonly AdminRoute[] {
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
      method: 'get',
      path: '/devices/authority',
      summary: 'Ce par quoi les appareils reconnaissent ce poste',
      handler: () => ({ body: authorityOf(certificates) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/devices/authority',
      summary: 'En faire un autre : tous les appareils sont à enrôler de nouveau',
      handler: () => {
        certificates.replaceAuthority();
        return { status: 201, body: authorityOf(certificates) };
      },
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

function authorityOf(certificates: CertificateService): LanAuthority {
  const { name, fingerprint } = certificates.card();
  const { names, uncovered, notAfterMs } = certificates.state();
  return { name, fingerprint, ...names, uncovered, notAfter: new Date(notAfterMs).toISOString() };
}
