import type { RecordAccess } from '../access/record-access.ts';
import type { SessionService } from '../people/session-service.ts';
import { BrokerAccess } from './broker-access.ts';
import { type BrokerDevicesOptions, BrokerDevicesService } from './broker-devices-service.ts';
import { type BrokerAt, type BrokerOptions, BrokerService } from './broker-service.ts';

/** The parts of the configuration that say where; `lan.port` 0 means any free port for all. */
export type BrokerConfig = {
  readonly lan: { readonly host: string; readonly port: number };
  readonly broker: { readonly plain: 'loopback' | 'lan' | 'never'; readonly port: number; readonly tlsPort: number };
};

/** A node's broker and the accounts of its devices. */
export type BrokerParts = {
  readonly broker: BrokerService;
  readonly brokerDevices: BrokerDevicesService;
  /** {@link BrokerService.take}. */
  readonly take: BrokerService['take'];
};

/** Puts the broker together. */
export function createBroker({
  config,
  access,
  sessions,
  ...parts
}: BrokerDevicesOptions &
  Pick<BrokerOptions, 'certificate' | 'log'> & {
    readonly config: BrokerConfig;
    readonly access: RecordAccess;
    readonly sessions: SessionService;
  }): BrokerParts {
  const brokerDevices = new BrokerDevicesService(parts);
  const facilityCode = parts.facility.code;
  const broker = new BrokerService({
    ...{ ...parts, at: placeOf(config), facilityCode, devices: brokerDevices },
    access: new BrokerAccess({ facilityCode, devices: brokerDevices, sessions, rights: access.permissions }),
  });
  return { broker, brokerDevices, take: (connection, address) => broker.take(connection, address) };
}

function placeOf({ lan, broker }: BrokerConfig): BrokerAt {
  const portOf = (port: number): number => (lan.port === 0 ? 0 : port);
  const host = broker.plain === 'loopback' ? '127.0.0.1' : lan.host;
  return {
    plain: broker.plain === 'never' ? null : { host, port: portOf(broker.port) },
    tls: { host: lan.host, port: portOf(broker.tlsPort) },
  };
}
