import type { DeviceInvitation } from '@santehaggui/protocols/api/device-api.ts';
import { type ListenService, listenService } from '@santehaggui/runtime/http/listen-service.ts';
import type { CertificateService } from '../certificates/certificate-service.ts';
import type { DeviceService, IssuedInvitation } from '../enrolled-devices/device-service.ts';
import { invitationLinks } from './invitation-links.ts';
import { type LanAppParts, lanApp } from './lan-app.ts';
import { mqttUpgrade, type TakeMqtt } from './mqtt-upgrade.ts';

/** What the LAN service is made of: what it serves, and where. */
export type LanOptions = Omit<LanAppParts, 'deviceParts' | 'pages'> & {
  readonly at: { readonly host: string; readonly port: number };
  readonly certificates: CertificateService;
  readonly devices: DeviceService;
  /** Takes MQTT over WebSocket, where there is a broker. */
  readonly takeMqtt?: TakeMqtt | undefined;
};

/**
 * The LAN service; `invitationOf` makes the links of an invitation; `localUrl` is where this machine finds it, over plain HTTP,
 * `lanSecureUrl` where enrolled devices do.
 */
export type LanService = ListenService & {
  readonly localUrl: () => string;
  readonly urls: () => { readonly lanUrl: string; readonly lanSecureUrl: string };
  readonly invitationOf: (issued: IssuedInvitation) => DeviceInvitation;
};

/** Serves the facility's tablets and programs, HTTPS and HTTP on one port; see {@link lanApp}. Addresses are known once it is ready. */
export function lanService({ at, certificates, devices, takeMqtt, ...parts }: LanOptions): LanService {
  const { clock, log, facility } = parts;
  const port = (): number => {
    const address = service.address();
    return 'port' in address ? address.port : at.port;
  };
  const lanName = (): string => certificates.state().names.names[0] ?? 'localhost';
  const invitationOf: LanService['invitationOf'] = ({ token, expiresAtMs }) => ({
    links: invitationLinks(certificates.state().names, { at: { ...at, port: port() }, token }),
    expiresAt: new Date(expiresAtMs).toISOString(),
    fingerprint: certificates.card().fingerprint,
  });
  const pages = { devices, facility, authority: () => certificates.card(), lanName };
  const app = lanApp({ ...parts, pages, deviceParts: { devices, invitationOf } });
  const service = listenService({
    ...{ name: 'lan', app, sharedTls: () => certificates.serving(), at, log, clock },
    ...(takeMqtt === undefined ? {} : { onUpgrade: mqttUpgrade(parts.plainHttp, takeMqtt) }),
  });
  const localUrl = (): string => {
    const address = service.address();
    return 'url' in address ? address.url.replace('//0.0.0.0:', '//127.0.0.1:') : '';
  };
  const urls = () => ({ lanUrl: localUrl(), lanSecureUrl: `https://${lanName()}:${port()}` });
  return { ...service, invitationOf, localUrl, urls };
}
