import type { BrokerDeviceLine, BrokerDeviceMade, BrokerDevices } from '@santehaggui/protocols/api/broker-api.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines, tableLines } from '../screen/table.ts';
import { nodeClientFor } from './node-session.ts';

/** `haggui broker device add`: an account for one device; its secret is shown once. */
export async function addBrokerDevice(invocation: Invocation, dataDirectory: string, name: string): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const made = await client.post<BrokerDeviceMade>('/broker/devices', { body: { name } });
  return {
    json: made,
    lines: [
      paint.green(`✓ ${text('broker.added', { name })}`),
      ...pairLines(
        [
          [text('broker.user'), made.name],
          [text('broker.clientId'), made.name],
          [text('broker.secret'), paint.bold(made.secret)],
          [text('broker.topic'), made.topic],
        ],
        paint,
      ),
      paint.dim(text('broker.once')),
    ],
  };
}

/** `haggui broker device list`: the devices that publish by MQTT. */
export async function listBrokerDevices(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const list = await nodeClientFor(invocation, dataDirectory).get<BrokerDevices>('/broker/devices');
  const state = ({ revokedAt, isConnected }: BrokerDeviceLine): string =>
    text(revokedAt !== null ? 'broker.revoked' : isConnected ? 'broker.connected' : 'broker.away');
  const columns = [
    { header: text('broker.name'), cell: ({ name }: BrokerDeviceLine) => name },
    {
      header: text('broker.seen'),
      cell: ({ lastSeenAt }: BrokerDeviceLine) => (lastSeenAt === null ? '—' : format.instant(lastSeenAt)),
    },
    { header: text('broker.state'), cell: state },
  ];
  return {
    json: list,
    lines: list.devices.length === 0 ? [text('broker.none')] : tableLines(columns, list.devices, paint),
  };
}

/** `haggui broker device revoke`: takes a device its account; its connection ends at once. */
export async function revokeBrokerDevice(
  invocation: Invocation,
  dataDirectory: string,
  name: string,
): Promise<Outcome> {
  const client = nodeClientFor(invocation, dataDirectory);
  const revoked = await client.post<BrokerDeviceLine>('/broker/devices/revocations', { body: { name } });
  return { json: revoked, lines: [invocation.paint.green(`✓ ${invocation.text('broker.done', { name })}`)] };
}
