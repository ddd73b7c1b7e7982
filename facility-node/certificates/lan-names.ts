import { BlockList, isIPv4 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** What this machine is called and where it is reached, right now. */
export type Host = { readonly hostname: string; readonly addresses: readonly string[] };

/** What a certificate is to stand for; the first name is the one that people are given. */
export type LanNames = { readonly names: readonly string[]; readonly addresses: readonly string[] };

/** Addresses that nobody else in the world answers on (RFC 1918, 3927, 4193, 6890). */
export const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  '::1/128',
] as const;

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Reads the machine's own name and addresses. Addresses of one link only (`fe80::`) are left out: no browser takes their zone. */
export function thisHost(): Host {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return {
    hostname: hostname(),
    addresses: interfaces.map(({ address }) => address).filter((address) => !address.startsWith('fe80:')),
  };
}

/** The name of a facility's node on its LAN, found by multicast DNS (RFC 6762): no `_` is allowed in it. */
export function localNameOf(facilityCode: string): string {
  return `${facilityCode.replaceAll('_', '-')}.local`;
}

/** All names and addresses of a node: its own, the machine's, those of the configuration, and loopback; sorted but for the first. */
export function lanNames(facilityCode: string, host: Host, configured: readonly string[]): LanNames {
  const machine = host.hostname.toLowerCase();
  const own = localNameOf(facilityCode);
  const more = [...configured, machine, ...(machine.includes('.') ? [] : [`${machine}.local`]), 'localhost']
    .map((name) => name.toLowerCase())
    .filter((name) => name !== own && name.split('.').every((label) => LABEL.test(label)));
  const addresses = [...host.addresses, '127.0.0.1', '::1'];
  return { names: [own, ...[...new Set(more)].sort()], addresses: [...new Set(addresses)].sort() };
}

/** Whether an address lies in one of the networks (`10.0.0.0/8`). */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits = ''] = network.split('/');
    list.addSubnet(base, Number(bits), isIPv4(base) ? 'ipv4' : 'ipv6');
  }
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Whether a name is one of these, or below one (RFC 5280 §4.2.1.10). */
export function isBelowNames(name: string, names: readonly string[]): boolean {
  return names.some((base) => name === base || name.endsWith(`.${base}`));
}
