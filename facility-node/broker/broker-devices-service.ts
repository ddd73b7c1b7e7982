import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { BrokerDeviceLine, BrokerDeviceMade } from '@santehaggui/protocols/api/broker-api.ts';
import { measureTopic } from '@santehaggui/protocols/topics.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditedCaller, AuditTrail } from '../people/audit-trail.ts';
import type { RecordStore } from '../store/record-store.ts';
import { type BrokerDevice, BrokerDeviceStore } from './broker-device-store.ts';
import { failBroker } from './broker-errors.ts';

/** What the service is made of. */
export type BrokerDevicesOptions = {
  readonly db: RecordStore['db'];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: { readonly code: string };
};

/** Accounts of devices that publish by MQTT: one a device, with a secret that is made here and shown once. */
export class BrokerDevicesService {
  readonly #options: BrokerDevicesOptions;
  readonly #devices: BrokerDeviceStore;
  readonly #revoked = new Set<(name: string) => void>();

  constructor(options: BrokerDevicesOptions) {
    this.#options = options;
    this.#devices = new BrokerDeviceStore(options.db);
  }

  /** All devices; `isConnected` says of each whether it is. */
  list(isConnected: (name: string) => boolean): readonly BrokerDeviceLine[] {
    return this.#devices.all().map((device) => lineOf(device, isConnected(device.name)));
  }

  /** How many accounts are in use. */
  count(): number {
    return this.#devices.all().filter(({ revokedAt }) => revokedAt === null).length;
  }

  /** Gives a device an account. Throws SH-K260 where it has one. */
  add(name: string, caller: AuditedCaller): BrokerDeviceMade {
    const { clock, audit, facility, db } = this.#options;
    if (this.#devices.withName(name)?.revokedAt === null) throw failBroker('SH-K260', { why: name });
    const secret = randomBytes(32).toString('base64url');
    db.transaction(() => {
      this.#devices.put(name, hashOf(secret), clock.now());
      audit.append(caller, {
        ...{ action: 'create', recordType: 'brokerDevice', purpose: 'SYSADMIN' },
        detail: { name },
      });
    }).immediate();
    const device = this.#devices.withName(name) as BrokerDevice;
    return { ...lineOf(device, false), secret, topic: measureTopic(facility.code, name, 'MESURE') };
  }

  /** Takes a device its account, and its connection with it. Throws SH-N260. */
  revoke(name: string, caller: AuditedCaller): BrokerDeviceLine {
    const { clock, audit, db } = this.#options;
    if (this.#devices.withName(name)?.revokedAt !== null) throw failBroker('SH-N260', { why: name });
    db.transaction(() => {
      this.#devices.revoke(name, clock.now());
      audit.append(caller, {
        ...{ action: 'delete', recordType: 'brokerDevice', purpose: 'SYSADMIN' },
        detail: { name },
      });
    }).immediate();
    for (const tell of this.#revoked) tell(name);
    return lineOf(this.#devices.withName(name) as BrokerDevice, false);
  }

  /** Calls the listener with the name of each device that is revoked; gives the function that ends this. */
  onRevoked(listener: (name: string) => void): () => void {
    this.#revoked.add(listener);
    return () => this.#revoked.delete(listener);
  }

  /** Whether a device's account is in use and this is its secret; noted as seen. */
  admits(name: string, secret: Uint8Array): boolean {
    const device = this.#devices.withName(name);
    const isSecret = timingSafeEqual(device?.secretHash ?? hashOf(''), hashOf(secret));
    if (device === undefined || device.revokedAt !== null || !isSecret) return false;
    this.#devices.noteSeen(name, this.#options.clock.now());
    return true;
  }

  /** Whether a device's account is in use. */
  isInUse(name: string): boolean {
    return this.#devices.withName(name)?.revokedAt === null;
  }
}

function hashOf(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

function lineOf({ name, createdAt, lastSeenAt, revokedAt }: BrokerDevice, isConnected: boolean): BrokerDeviceLine {
  const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...{ name, isConnected, createdAt: new Date(createdAt).toISOString() },
    ...{ lastSeenAt: instant(lastSeenAt), revokedAt: instant(revokedAt) },
  };
}
