import { type DeviceInvitation, deviceLine, deviceRevocationRequest } from '@santehaggui/protocols/api/device-api.ts';
import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { qrModules } from '@santehaggui/runtime/qr/qr-code.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import type { DeviceService, IssuedInvitation } from './device-service.ts';

/** What the routes of devices speak to; `invitationOf` makes an invitation's links. */
export type DeviceParts = {
  readonly devices: DeviceService;
  readonly invitationOf: (issued: IssuedInvitation) => DeviceInvitation;
};

const devicePage = z.object({ items: z.array(deviceLine), nextCursor: z.string().optional() });

/** The API of enrolled devices, for who administers the facility. */
export function devicesRoutes({ devices, invitationOf }: DeviceParts): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/devices',
      summary: 'Les tablettes et téléphones enrôlés',
      tag: 'devices',
      policy: { kind: 'may', action: 'read', subject: 'device' },
      query: listQuery,
      responses: { 200: { description: 'Une page ; ceux retirés aussi', body: devicePage } },
      handler: ({ query }) => ({ body: devices.page(query) }),
    }),
    staffRoute({
      method: 'post',
      path: '/devices/invitations',
      summary: 'Inviter un appareil : un lien qui sert une fois, un quart d’heure',
      tag: 'devices',
      policy: { kind: 'may', action: 'create', subject: 'device' },
      responses: { 201: { description: 'Les liens, et le code QR du premier' } },
      handler: ({ principal }) => {
        const invitation = invitationOf(devices.invite(principal));
        return { status: 201, body: { ...invitation, qr: qrRows(invitation.links[0] ?? '') } };
      },
    }),
    staffRoute({
      method: 'post',
      path: '/devices/revocations',
      summary: 'Retirer un appareil : ses sessions se terminent aussitôt',
      tag: 'devices',
      policy: { kind: 'may', action: 'update', subject: 'device' },
      body: deviceRevocationRequest,
      responses: { 200: { description: 'L’appareil retiré' } },
      handler: ({ body, principal }) => ({ body: devices.revoke(body.device, principal) }),
    }),
  ];
}

/** Rows of a QR code, `1` where dark. */
function qrRows(text: string): readonly string[] {
  return qrModules(new TextEncoder().encode(text)).map((row) => row.map((isDark) => (isDark ? '1' : '0')).join(''));
}
