import { z } from 'zod';
import { TOPIC_LEVEL } from '../topics.ts';

/** A device's name: its MQTT user name, client id, and level in topics. 23 characters is what every client can send (MQTT 3.1.1 §3.1.3.1). */
export const brokerDeviceName = z.string().max(23).regex(TOPIC_LEVEL, 'minuscules, chiffres, - et _ sont attendus');

/** `POST /v1/broker/devices` and `POST /v1/broker/devices/revocations`. */
export const brokerDeviceRequest = z.strictObject({ name: brokerDeviceName });

/** One device that publishes by MQTT. */
export const brokerDeviceLine = z.object({
  name: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  isConnected: z.boolean(),
});
export type BrokerDeviceLine = z.output<typeof brokerDeviceLine>;

/** `GET /v1/broker/devices`. */
export const brokerDevices = z.object({ devices: z.array(brokerDeviceLine) });
export type BrokerDevices = z.output<typeof brokerDevices>;

/** `POST /v1/broker/devices`: what the device signs in with, shown once. */
export const brokerDeviceMade = brokerDeviceLine.extend({ secret: z.string(), topic: z.string() });
export type BrokerDeviceMade = z.output<typeof brokerDeviceMade>;

/** What `status` tells of the broker. `state` is `down` while it cannot listen. */
export const brokerStatus = z.object({
  state: z.enum(['listening', 'down']),
  /** Null where nothing is served without TLS. */
  port: z.int().nullable(),
  tlsPort: z.int().nullable(),
  connections: z.int(),
  /** Accounts in use. */
  devices: z.int(),
  retained: z.int(),
  /** Since the start: what came, and what was refused or cut off. */
  published: z.int(),
  refused: z.int(),
});
export type BrokerStatus = z.output<typeof brokerStatus>;
