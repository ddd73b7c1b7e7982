import type { HealthCheck, HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import type { FacilitiesService } from '../facilities/facilities-service.ts';

/** What the status tells of. `url` and `connected` are asked for at each look. */
export type StatusOptions = {
  readonly version: string;
  readonly facilities: FacilitiesService;
  readonly bus: EmbeddedBus;
  /** How many changes were refused and are still kept. */
  readonly quarantined: () => Promise<number>;
  readonly connected: () => number;
  readonly url: () => string;
  readonly clock: Clock;
};

/** More events than these waiting means that reports are behind. */
const MANY_EVENTS = 10_000;

/** The hub's health in one look. */
export class StatusService {
  readonly #options: StatusOptions;
  readonly #startedMs: number;

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonic();
  }

  /** The status; a database that does not answer is told, not thrown. */
  async status(): Promise<HubStatus> {
    const { version, facilities, bus, quarantined, connected, url, clock } = this.#options;
    const found = await Promise.all([facilities.count(), bus.waiting(), quarantined()]).catch(() => undefined);
    const [count, { waiting, setAside }, refused] = found ?? [
      { total: 0, enrolled: 0 },
      { waiting: 0, setAside: 0 },
      0,
    ];
    const checks: HealthCheck[] = [
      databaseCheck(found !== undefined),
      outboxCheck(waiting, setAside),
      quarantineCheck(refused),
    ];
    const states = checks.map(({ state }) => state);
    return {
      version,
      uptimeSeconds: Math.floor((clock.monotonic() - this.#startedMs) / 1000),
      health: states.includes('failing') ? 'failing' : states.includes('degraded') ? 'degraded' : 'ok',
      checks,
      facilities: { ...count, connected: connected() },
      outbox: { waiting },
      url: url(),
    };
  }
}

function databaseCheck(answers: boolean): HealthCheck {
  return answers
    ? { name: 'database', state: 'ok', detail: 'PostgreSQL répond' }
    : { name: 'database', state: 'failing', detail: 'PostgreSQL ne répond pas', remedy: 'Regardez le journal du hub.' };
}

function outboxCheck(waiting: number, setAside: number): HealthCheck {
  if (setAside > 0) {
    const detail = `${setAside} événement(s) mis de côté : les rapports ne sont pas complets`;
    return { name: 'outbox', state: 'degraded', detail, remedy: 'Le journal du hub dit pourquoi ; signalez-le.' };
  }
  return waiting < MANY_EVENTS
    ? { name: 'outbox', state: 'ok', detail: `${waiting} événement(s) en attente` }
    : {
        name: 'outbox',
        state: 'degraded',
        detail: `${waiting} événements en attente`,
        remedy: 'Les rapports sont en retard ; cela se résorbe.',
      };
}

function quarantineCheck(refused: number): HealthCheck {
  const detail = `${refused} changement(s) en quarantaine`;
  return refused === 0
    ? { name: 'quarantine', state: 'ok', detail }
    : {
        name: 'quarantine',
        state: 'degraded',
        detail,
        remedy: '« haggui sync quarantine list » dit pourquoi, « haggui sync quarantine retry » les juge à nouveau.',
      };
}
