import {
  brokerDeviceLine,
  brokerDeviceMade,
  brokerDeviceRequest,
  brokerDevices,
} from '@santehaggui/protocols/api/broker-api.ts';
import type { BrokerDevicesService } from '../broker/broker-devices-service.ts';
import type { BrokerService } from '../broker/broker-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** What the routes speak to. */
export type BrokerAdminParts = { readonly broker: BrokerService; readonly brokerDevices: BrokerDevicesService };

/** The accounts of devices that publish by MQTT, for the machine's operator. */
export function brokerRoutes({ broker, brokerDevices: devices }: BrokerAdminParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/broker/devices',
      summary: 'Les appareils qui publient par MQTT',
      responses: { 200: { description: 'Tous', body: brokerDevices } },
      handler: () => ({ body: { devices: devices.list((name) => broker.isConnected(name)) } }),
    }),
    operatorRoute({
      method: 'post',
      path: '/broker/devices',
      summary: 'Donner un compte MQTT à un appareil',
      body: brokerDeviceRequest,
      responses: { 201: { description: 'Son secret, montré une seule fois', body: brokerDeviceMade } },
      handler: ({ body }) => ({ status: 201, body: devices.add(body.name, { kind: 'daemon' }) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/broker/devices/revocations',
      summary: 'Retirer son compte MQTT à un appareil',
      body: brokerDeviceRequest,
      responses: { 200: { description: 'L’appareil', body: brokerDeviceLine } },
      handler: ({ body }) => ({ body: devices.revoke(body.name, { kind: 'daemon' }) }),
    }),
  ];
}
