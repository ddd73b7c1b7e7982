import type { NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { BrokerService } from '../broker/broker-service.ts';
import { type HealthService, overallHealth } from '../health/health-service.ts';
import type { PeopleService } from '../people/people-service.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { UplinkService } from '../uplink/uplink-service.ts';

/** What `status` tells about. */
export type StatusParts = {
  readonly version: string;
  readonly clock: Clock;
  readonly identity: IdentityKeeper;
  readonly health: HealthService;
  readonly uplink: UplinkService;
  readonly people: PeopleService;
  readonly broker: BrokerService;
  readonly lanUrl: () => string;
};

/** One screen of health. */
export class StatusService {
  readonly #parts: StatusParts;
  readonly #startedMs: number;

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.monotonic();
  }

  /** The node as it is now, its checks in one language. */
  status(language: Language): NodeStatus {
    const { version, clock, identity, health, uplink, people, broker, lanUrl } = this.#parts;
    const { facility, hub } = identity.current();
    const checks = health.checks(language);
    return {
      facility: facility.code,
      version,
      uptimeSeconds: Math.round((clock.monotonic() - this.#startedMs) / 1000),
      health: overallHealth(checks),
      checks,
      modem: null,
      sync: uplink.status(),
      broker: broker.status(),
      people: people.counts(),
      lanUrl: lanUrl(),
      fingerprintWords: hub?.fingerprintWords ?? null,
    };
  }
}
