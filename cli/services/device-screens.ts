import type { DeviceInvitation, DeviceLine, DeviceList, LanAuthority } from '@santehaggui/protocols/api/device-api.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { qrLines } from '../screen/qr-code.ts';
import { pairLines, tableLines } from '../screen/table.ts';
import { nodeClientFor } from './node-session.ts';

/** `AB:CD:…` in four lines of eight, as phones show it too. */
function fingerprintLines(fingerprint: string): readonly string[] {
  return (fingerprint.match(/.{1,24}/g) ?? []).map((line) => `  ${line.replace(/:$/, '').replaceAll(':', ' ')}`);
}

/** `haggui device add`: a link that enrols one tablet or phone, as a QR code to scan. */
export async function addDevice(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format, stdout } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const invited = await client.post<DeviceInvitation>('/devices/invitations');
  const [first = '', ...others] = invited.links;
  return {
    json: invited,
    lines: [
      paint.bold(text('device.scan')),
      '',
      // To be photographed off a screen; a log or a pipe has no use for it.
      ...(stdout.isTTY === true ? [...qrLines(first), ''] : []),
      first,
      ...(others.length === 0 ? [] : ['', paint.dim(text('device.otherwise')), ...others.map((link) => `  ${link}`)]),
      '',
      text('device.until', { instant: format.instant(invited.expiresAt) }),
      '',
      text('device.compare'),
      ...fingerprintLines(invited.fingerprint).map((line) => paint.bold(line)),
    ],
  };
}

/** `haggui device list`: the tablets and phones that were enrolled here. */
export async function listDevices(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const list = await nodeClientFor(invocation, dataDirectory).get<DeviceList>('/devices');
  const columns = [
    { header: text('device.name'), cell: ({ name }: DeviceLine) => name },
    { header: text('device.seen'), cell: ({ lastSeenAt }: DeviceLine) => format.instant(lastSeenAt) },
    { header: text('device.address'), cell: ({ address }: DeviceLine) => address ?? '—' },
    {
      header: text('device.state'),
      cell: ({ revokedAt }: DeviceLine) => text(revokedAt === null ? 'device.inUse' : 'device.revoked'),
    },
    { header: text('device.id'), cell: ({ id }: DeviceLine) => id },
  ];
  return {
    json: list,
    lines: list.devices.length === 0 ? [text('device.none')] : tableLines(columns, list.devices, paint),
  };
}

/** `haggui device revoke`: withdraws one; its sessions end at once. */
export async function revokeDevice(invocation: Invocation, dataDirectory: string, device: string): Promise<Outcome> {
  const client = nodeClientFor(invocation, dataDirectory);
  const revoked = await client.post<DeviceLine>('/devices/revocations', { body: { device } });
  return {
    json: revoked,
    lines: [invocation.paint.green(`✓ ${invocation.text('device.done', { name: revoked.name })}`)],
  };
}

/** `haggui device authority`: what devices trust this node by; `isToReplace` makes another. */
export async function showAuthority(
  invocation: Invocation,
  dataDirectory: string,
  { isToReplace }: { readonly isToReplace: boolean },
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const authority = isToReplace
    ? await client.post<LanAuthority>('/devices/authority')
    : await client.get<LanAuthority>('/devices/authority');
  const { name, names, addresses, uncovered, notAfter, fingerprint } = authority;
  return {
    json: authority,
    lines: [
      ...(isToReplace ? [paint.green(`✓ ${text('device.replaced')}`), ''] : []),
      paint.bold(name),
      '',
      ...pairLines(
        [
          [text('device.standsFor'), [...names, ...addresses].join(' · ')],
          [text('device.notAfter'), format.instant(notAfter)],
          ...(uncovered.length === 0 ? [] : [[text('device.uncovered'), uncovered.join(' · ')] as const]),
        ],
        paint,
      ),
      '',
      text('device.fingerprint'),
      ...fingerprintLines(fingerprint),
    ],
  };
}
