import { isIPv4, isIPv6 } from 'node:net';
import { isLoopback } from '@santehaggui/runtime/http/loopback.ts';
import type { LanNames } from '../certificates/lan-names.ts';

/**
 * The links that enrol a device, the likeliest first: by address, which every phone can open, then by name. They begin over plain
 * HTTP, since the device does not trust the node yet; the token stands behind `#` and is never sent there.
 */
export function invitationLinks(
  { names, addresses }: LanNames,
  { at, token }: { readonly at: { readonly host: string; readonly port: number }; readonly token: string },
): readonly string[] {
  const reachable = addresses.filter((address) => !isLoopback(address));
  const hosts = [
    ...reachable.filter((address) => isIPv4(address)),
    ...names.slice(0, 1),
    // Who listens on 0.0.0.0 is not reached by IPv6.
    ...(at.host.includes(':') ? reachable.filter((address) => isIPv6(address)).map((address) => `[${address}]`) : []),
    ...(reachable.length === 0 ? ['127.0.0.1'] : []),
  ];
  return hosts.map((host) => `http://${host}:${at.port}/appareil#${token}`);
}
