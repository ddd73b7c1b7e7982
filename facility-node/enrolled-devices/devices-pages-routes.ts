import { isIP } from 'node:net';
import { join } from 'node:path';
import { deviceEnrolmentRequest } from '@santehaggui/protocols/api/device-api.ts';
import { PAGE_STYLE, STYLE_PATH } from '@santehaggui/runtime/http/html-page.ts';
import type { Request } from 'express';
import type { AuthorityCard } from '../certificates/certificate-service.ts';
import { DEVICE_COOKIE } from '../people/device-cookie.ts';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import { programRoute } from '../people/page-programs.ts';
import { failDevice } from './device-errors.ts';
import { devicesPage, enrolmentPage, frontPage, systemOf } from './device-pages.ts';
import { CREDENTIAL_SECONDS, type DeviceService } from './device-service.ts';
import { mobileConfig } from './mobile-config.ts';

/** What the pages of enrolment are made of. */
export type DevicePagesParts = {
  readonly devices: DeviceService;
  readonly facility: { readonly code: string; readonly name: string };
  readonly authority: () => AuthorityCard;
  /** The node's name on the LAN. */
  readonly lanName: () => string;
};

const DEVICE_STYLE = `
.button { display: inline-block; min-height: 3rem; padding: 0.6rem 1.25rem; font-weight: 600; text-decoration: none;
  color: var(--paper); background: var(--strong); border-radius: 0.25rem; }
summary { min-height: 3rem; padding: 0.6rem 0; font-weight: 600; cursor: pointer; }
ol li, ul li { margin: 0.5rem 0; }
.checks { list-style: none; padding: 0; }
.checks .yes b { color: var(--strong); } .checks .no b { color: var(--warn); }
canvas { max-width: 100%; height: auto; image-rendering: pixelated; }
code { overflow-wrap: anywhere; }
.fingerprint { font: 600 1.2rem/1.6 ui-monospace, monospace; }
.devices { list-style: none; padding: 0; }
[hidden] { display: none !important; }
`;

/**
 * What is answered over plain HTTP to any device of the LAN: how to enrol, and the certificate to install. Nothing here is secret
 * and nothing is changed.
 */
export function doorstepRoutes({ facility, authority, lanName }: DevicePagesParts): readonly NodeRoute[] {
  const page = {
    method: 'get',
    path: '/appareil',
    summary: 'Comment enrôler cet appareil',
    handler: ({ request }: { readonly request: Request }) => {
      const { name, fingerprint } = authority();
      return enrolmentPage({
        facilityName: facility.name,
        authority: { name, fingerprint },
        secureLinks: secureLinks(request, lanName()),
        isSecure: request.secure,
        system: systemOf(request.get('user-agent')),
      });
    },
  } as const;
  return [
    openRoute(page),
    openRoute({
      method: 'get',
      path: '/appareil/autorite.crt',
      summary: 'Le certificat de l’établissement (Android, ordinateurs)',
      handler: () => ({
        headers: {
          'content-type': 'application/x-x509-ca-cert',
          'content-disposition': 'attachment; filename="santehaggui.crt"',
        },
        body: authority().der,
      }),
    }),
    openRoute({
      method: 'get',
      path: '/appareil/autorite.mobileconfig',
      summary: 'Le certificat de l’établissement (iPhone, iPad)',
      handler: () => ({
        headers: { 'content-type': 'application/x-apple-aspen-config' },
        body: mobileConfig(authority(), facility),
      }),
    }),
    file('/appareil/enrol-device.js', 'enrol-device.js'),
    openRoute({
      method: 'get',
      path: STYLE_PATH,
      summary: 'Le style des pages',
      handler: () => ({ headers: { 'content-type': 'text/css; charset=utf-8' }, body: PAGE_STYLE + DEVICE_STYLE }),
    }),
  ];
}

/** The pages of devices that are answered over HTTPS, and to the machine itself. */
export function devicesPagesRoutes(parts: DevicePagesParts): readonly NodeRoute[] {
  const { devices, facility } = parts;
  return [
    ...doorstepRoutes(parts),
    openRoute({
      method: 'get',
      path: '/',
      summary: 'L’entrée du poste',
      handler: () => frontPage(facility.name),
    }),
    openRoute({
      method: 'get',
      path: '/appareils',
      summary: 'Les appareils du poste, pour l’administrateur',
      handler: () => devicesPage(facility.name),
    }),
    file('/appareils/manage-devices.js', 'manage-devices.js'),
    file('/appareil/service-worker.js', 'service-worker.js'),
    openRoute({
      method: 'post',
      path: '/appareil/inscription',
      summary: 'Enrôler cet appareil avec un lien reçu',
      body: deviceEnrolmentRequest,
      maxBodyBytes: 4096,
      handler: ({ body, principal, request }) => {
        // The credential must never cross the LAN in clear.
        if (!request.secure) throw failDevice('SH-A173');
        const { id, name, credential } = devices.enrol({ ...body, caller: principal });
        const cookie = `${DEVICE_COOKIE}=${credential}; Path=/; Max-Age=${CREDENTIAL_SECONDS}; HttpOnly; Secure; SameSite=Strict`;
        return { status: 201, headers: { 'Set-Cookie': cookie }, body: { id, name } };
      },
    }),
  ];
}

function file(path: string, name: string): NodeRoute {
  return programRoute(path, { folder: join(import.meta.dirname, 'browser'), name });
}

/** The page over HTTPS: by the node's name, and by the address by which it was just found. */
function secureLinks(request: Request, lanName: string): readonly string[] {
  const port = request.socket.localPort ?? 443;
  const asked = URL.parse(`http://${request.get('host') ?? ''}`)?.hostname ?? '';
  const isAddress = isIP(asked.replace(/^\[|\]$/g, '')) !== 0;
  return [lanName, ...(isAddress ? [asked] : [])].map((host) => `https://${host}:${port}/appareil`);
}
