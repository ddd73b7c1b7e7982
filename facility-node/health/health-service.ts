import { statfsSync } from 'node:fs';
import type { HealthCheck, SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { KeysStatus } from '@santehaggui/protocols/api/keys-api.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Timekeeper } from '../store/timekeeper.ts';

/** What the checks look at. */
export type HealthParts = {
  readonly store: RecordStore;
  readonly timekeeper: Timekeeper;
  readonly dataRoot: string;
  readonly lowDiskMegabytes: number;
  readonly syncStatus: () => SyncStatus;
  readonly isEnrolled: () => boolean;
  readonly hasChainProblem: () => boolean;
  readonly keys: () => Pick<KeysStatus, 'isGenuine' | 'opens'>;
  /** What was wrong with the chain of consents when it was last looked at. */
  readonly consentProblems: () => number;
  readonly waitingNotes: () => number;
};

/** The state of a node in one word. */
export type Health = HealthCheck['state'];

const MEGABYTE = 1024 * 1024;
const DAY_SECONDS = 24 * 3600;

/** The named checks of `status`: each says what it found and, where something is wrong, what to do. */
export class HealthService {
  readonly #parts: HealthParts;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** All checks, in the order in which a person reads them. */
  checks(): readonly HealthCheck[] {
    const sync = this.#parts.syncStatus();
    return [
      this.#database(),
      this.#keys(),
      this.#disk(),
      this.#clock(),
      this.#link(sync),
      this.#backlog(sync),
      this.#chain(sync),
      ...this.#consents(),
      ...this.#notes(),
    ];
  }

  #database(): HealthCheck {
    const { db } = this.#parts.store;
    const isDurable =
      db.pragma('synchronous', { simple: true }) === 2 && db.pragma('journal_mode', { simple: true }) === 'wal';
    return isDurable
      ? { name: 'database', state: 'ok', detail: 'chiffrée, écrite de façon durable (synchronous=FULL)' }
      : {
          name: 'database',
          state: 'failing',
          detail: 'n’écrit pas de façon durable',
          remedy: 'Arrêtez le service et demandez de l’aide.',
        };
  }

  #keys(): HealthCheck {
    const { isGenuine, opens } = this.#parts.keys();
    if (!isGenuine) {
      return {
        name: 'keys',
        state: 'failing',
        detail: 'un autre programme a changé le trousseau de clés',
        remedy:
          'Comparez « haggui keys status » avec ce que vous connaissez, puis « haggui keys rotate --accept-ring ».',
      };
    }
    const detail =
      opens === 'staff' ? 'après une coupure, une personne ouvre le poste' : 'après une coupure, le poste s’ouvre seul';
    return { name: 'keys', state: 'ok', detail };
  }

  #consents(): readonly HealthCheck[] {
    const problems = this.#parts.consentProblems();
    if (problems === 0) return [];
    return [
      {
        name: 'consents',
        state: 'failing',
        detail: `${problems} anomalies dans la chaîne des consentements : quelqu’un a changé la base par un autre chemin`,
        remedy: 'haggui consent verify, puis prévenez le district : la page « Consentement » dit quoi faire.',
      },
    ];
  }

  #notes(): readonly HealthCheck[] {
    const waiting = this.#parts.waitingNotes();
    if (waiting === 0) return [];
    return [
      {
        name: 'emergency-notes',
        state: 'degraded',
        detail: `${waiting} notes d’urgence, écrites poste verrouillé, attendent`,
        remedy: 'Un soignant les reprend dans les dossiers, puis les marque reprises.',
      },
    ];
  }

  #disk(): HealthCheck {
    const { dataRoot, lowDiskMegabytes } = this.#parts;
    const { bavail, bsize } = statfsSync(dataRoot);
    const freeMegabytes = Math.floor((bavail * bsize) / MEGABYTE);
    const detail = `${freeMegabytes} Mo libres`;
    if (freeMegabytes >= lowDiskMegabytes) return { name: 'disk', state: 'ok', detail };
    const state = freeMegabytes >= lowDiskMegabytes / 10 ? 'degraded' : 'failing';
    return { name: 'disk', state, detail, remedy: 'Libérez de la place : sans elle, rien ne s’enregistre.' };
  }

  #clock(): HealthCheck {
    const { timekeeper } = this.#parts;
    if (timekeeper.isTrusted()) return { name: 'clock', state: 'ok', detail: 'l’heure est sûre' };
    const minutes = Math.round(timekeeper.deviationMs() / 60_000);
    return {
      name: 'clock',
      state: 'degraded',
      detail: `l’heure n’est pas sûre : écart de ${minutes} min avec la dernière heure prouvée`,
      remedy: 'Réglez l’heure de la machine, ou laissez-la joindre le hub.',
    };
  }

  #link({ connected, lastExchange }: SyncStatus): HealthCheck {
    if (!this.#parts.isEnrolled()) {
      return {
        name: 'link',
        state: 'degraded',
        detail: 'ce poste n’est inscrit à aucun hub',
        remedy: 'haggui facility enrol --hub URL --token JETON',
      };
    }
    const last =
      lastExchange === null
        ? 'aucun échange encore'
        : `dernier échange ${lastExchange.ok ? 'réussi' : 'manqué'} le ${lastExchange.at}`;
    if (connected) return { name: 'link', state: 'ok', detail: `relié au hub, ${last}` };
    const error = lastExchange?.error === undefined ? '' : ` (${lastExchange.error})`;
    return {
      name: 'link',
      state: 'degraded',
      detail: `pas de liaison avec le hub, ${last}${error}`,
      remedy: 'Le travail continue ; vérifiez le réseau, puis « haggui sync now ».',
    };
  }

  #backlog({ pendingChanges, oldestPendingAgeSeconds, quarantined }: SyncStatus): HealthCheck {
    const detail = `${pendingChanges} changements à envoyer, ${quarantined} en quarantaine`;
    const isOld = (oldestPendingAgeSeconds ?? 0) > DAY_SECONDS;
    if (quarantined === 0 && !isOld) return { name: 'backlog', state: 'ok', detail };
    return {
      name: 'backlog',
      state: 'degraded',
      detail: isOld
        ? `${detail}, le plus ancien depuis ${Math.floor((oldestPendingAgeSeconds ?? 0) / DAY_SECONDS)} j`
        : detail,
      remedy:
        quarantined > 0
          ? '« haggui sync quarantine list » dit pourquoi, « haggui sync quarantine retry » reprend.'
          : 'Rétablissez la liaison.',
    };
  }

  #chain({ acknowledgedSequence, otherBranch }: SyncStatus): HealthCheck {
    if (otherBranch !== null && !this.#parts.hasChainProblem()) {
      return {
        name: 'chain',
        state: 'degraded',
        detail: `le hub tient aussi des changements de ce poste écrits ailleurs (incarnation ${otherBranch}) ; ils sont repris ici`,
        remedy: 'Disque remis d’une sauvegarde : rien à faire. Disque copié : arrêtez l’une des deux machines.',
      };
    }
    if (acknowledgedSequence === 0) {
      return { name: 'chain', state: 'ok', detail: 'rien n’a encore été comparé avec le hub' };
    }
    if (!this.#parts.hasChainProblem())
      return { name: 'chain', state: 'ok', detail: 'le hub tient la même suite de changements' };
    return {
      name: 'chain',
      state: 'failing',
      detail: 'le hub tient une autre suite de changements sous le nom de ce poste',
      remedy: 'Ce disque a-t-il été copié ? Prévenez le responsable du hub.',
    };
  }
}

/** The worst of the checks. */
export function overallHealth(checks: readonly HealthCheck[]): Health {
  if (checks.some(({ state }) => state === 'failing')) return 'failing';
  return checks.some(({ state }) => state === 'degraded') ? 'degraded' : 'ok';
}
