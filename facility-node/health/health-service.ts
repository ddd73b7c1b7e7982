import type { HealthCheck, SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { EmergencyCounts } from '@santehaggui/protocols/api/emergency-api.ts';
import type { KeysStatus } from '@santehaggui/protocols/api/keys-api.ts';
import { REVOKED } from '@santehaggui/protocols/enrolment/revoked.ts';
import { type Bilingual, type Language, type Text, textIn } from '@santehaggui/runtime/errors/bilingual.ts';
import { freeBytesAt } from '@santehaggui/runtime/health/machine-checks.ts';
import type { WitnessProblem } from '../audit/witness-service.ts';
import type { MalwareScanner } from '../documents/malware-scanner.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Timekeeper } from '../store/timekeeper.ts';
import { attachmentChecks } from './attachment-checks.ts';
import { emergencyChecks } from './emergency-checks.ts';
import { scannerChecks } from './scanner-check.ts';
import { witnessChecks } from './witness-checks.ts';

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
  /** What node and hub found when they last showed each other their audit trails. */
  readonly witnessProblems: () => readonly WitnessProblem[];
  readonly waitingNotes: () => number;
  readonly emergencies: () => EmergencyCounts;
  /** The antivirus, where one is configured. */
  readonly scanner: Pick<MalwareScanner, 'isThere'> | undefined;
  /** How it stands with backups, at the time `nowMs` of the machine. */
  readonly backups: () => {
    readonly folder: string | undefined;
    readonly lastGoodAt: number | undefined;
    readonly failure: string | undefined;
    readonly nowMs: number;
  };
};

/** A check before it is told in one language. */
export type FoundCheck = Omit<HealthCheck, 'detail' | 'remedy'> & { readonly detail: Text; readonly remedy?: Text };

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
  checks(language: Language = 'fr'): readonly HealthCheck[] {
    return this.#found().map((check) => toldCheck(check, language));
  }

  #found(): readonly FoundCheck[] {
    const sync = this.#parts.syncStatus();
    return [
      this.#database(),
      this.#keys(),
      this.#disk(),
      this.#clock(),
      this.#link(sync),
      this.#backlog(sync),
      ...attachmentChecks(sync),
      ...scannerChecks(this.#parts.scanner?.isThere() ?? null),
      this.#chain(sync),
      backupCheck(this.#parts.backups()),
      ...this.#consents(),
      ...witnessChecks(this.#parts.witnessProblems()),
      ...this.#notes(),
      ...emergencyChecks(this.#parts.emergencies()),
    ];
  }

  #database(): FoundCheck {
    const { db } = this.#parts.store;
    const isDurable =
      db.pragma('synchronous', { simple: true }) === 2 && db.pragma('journal_mode', { simple: true }) === 'wal';
    return isDurable
      ? {
          name: 'database',
          state: 'ok',
          detail: {
            fr: 'chiffrée, écrite de façon durable (synchronous=FULL)',
            en: 'encrypted, written durably (synchronous=FULL)',
          },
        }
      : {
          name: 'database',
          state: 'failing',
          detail: { fr: 'n’écrit pas de façon durable', en: 'does not write durably' },
          remedy: { fr: 'Arrêtez le service et demandez de l’aide.', en: 'Stop the service and ask for help.' },
        };
  }

  #keys(): FoundCheck {
    const { isGenuine, opens } = this.#parts.keys();
    if (!isGenuine) {
      return {
        name: 'keys',
        state: 'failing',
        detail: {
          fr: 'un autre programme a changé le trousseau de clés',
          en: 'another program has changed the key ring',
        },
        remedy: {
          fr: 'Comparez « haggui keys status » avec ce que vous connaissez, puis « haggui keys rotate --accept-ring ».',
          en: 'Compare “haggui keys status” with what you know, then “haggui keys rotate --accept-ring”.',
        },
      };
    }
    const detail =
      opens === 'staff'
        ? { fr: 'après une coupure, une personne ouvre le poste', en: 'after a power cut a person opens the node' }
        : { fr: 'après une coupure, le poste s’ouvre seul', en: 'after a power cut the node opens by itself' };
    return { name: 'keys', state: 'ok', detail };
  }

  #consents(): readonly FoundCheck[] {
    const problems = this.#parts.consentProblems();
    if (problems === 0) return [];
    return [
      {
        name: 'consents',
        state: 'failing',
        detail: {
          fr: `${problems} anomalies dans la chaîne des consentements : quelqu’un a changé la base par un autre chemin`,
          en: `${problems} faults in the chain of consents: somebody has changed the database another way`,
        },
        remedy: {
          fr: 'haggui consent verify, puis prévenez le district : la page « Consentement » dit quoi faire.',
          en: 'haggui consent verify, then tell the district: the page on consent says what to do.',
        },
      },
    ];
  }

  #notes(): readonly FoundCheck[] {
    const waiting = this.#parts.waitingNotes();
    if (waiting === 0) return [];
    return [
      {
        name: 'emergency-notes',
        state: 'degraded',
        detail: {
          fr: `${waiting} notes d’urgence, écrites poste verrouillé, attendent`,
          en: `${waiting} emergency notes, written while the node was locked, are waiting`,
        },
        remedy: {
          fr: 'Un soignant les reprend dans les dossiers, puis les marque reprises.',
          en: 'A clinician takes them up into the records, then marks them so.',
        },
      },
    ];
  }

  #disk(): FoundCheck {
    const { dataRoot, lowDiskMegabytes } = this.#parts;
    const freeMegabytes = Math.floor(freeBytesAt(dataRoot) / MEGABYTE);
    const detail = { fr: `${freeMegabytes} Mo libres`, en: `${freeMegabytes} MB free` };
    if (freeMegabytes >= lowDiskMegabytes) return { name: 'disk', state: 'ok', detail };
    const state = freeMegabytes >= lowDiskMegabytes / 10 ? 'degraded' : 'failing';
    return {
      name: 'disk',
      state,
      detail,
      remedy: {
        fr: 'Libérez de la place : sans elle, rien ne s’enregistre.',
        en: 'Make room: without it nothing can be recorded.',
      },
    };
  }

  #clock(): FoundCheck {
    const { timekeeper } = this.#parts;
    if (timekeeper.isTrusted())
      return { name: 'clock', state: 'ok', detail: { fr: 'l’heure est sûre', en: 'the time is certain' } };
    const minutes = Math.round(timekeeper.deviationMs() / 60_000);
    return {
      name: 'clock',
      state: 'degraded',
      detail: {
        fr: `l’heure n’est pas sûre : écart de ${minutes} min avec la dernière heure prouvée`,
        en: `the time is uncertain: ${minutes} min from the last time that was proven`,
      },
      remedy: {
        fr: 'Réglez l’heure de la machine, ou laissez-la joindre le hub.',
        en: 'Set the machine’s clock, or let it reach the hub.',
      },
    };
  }

  #link({ connected, lastExchange }: SyncStatus): FoundCheck {
    if (!this.#parts.isEnrolled()) {
      return {
        name: 'link',
        state: 'degraded',
        detail: { fr: 'ce poste n’est inscrit à aucun hub', en: 'this node is not enrolled at any hub' },
        remedy: 'haggui facility enrol --hub URL --token JETON',
      };
    }
    if (lastExchange?.error === REVOKED) {
      return {
        name: 'link',
        state: 'failing',
        detail: {
          fr: 'le hub a retiré ce poste à l’établissement (volé ou remplacé)',
          en: 'the hub took this node from the facility (stolen or replaced)',
        },
        remedy: {
          fr: 'Si c’est une erreur, prévenez le responsable du hub : rien n’est perdu ici.',
          en: 'If this is a mistake, tell the hub’s administrator: nothing is lost here.',
        },
      };
    }
    const last = lastExchangeWords(lastExchange);
    if (connected) {
      const detail = { fr: `relié au hub, ${last.fr}`, en: `connected to the hub, ${last.en}` };
      return { name: 'link', state: 'ok', detail };
    }
    const error = lastExchange?.error === undefined ? '' : ` (${lastExchange.error})`;
    return {
      name: 'link',
      state: 'degraded',
      detail: { fr: `pas de liaison avec le hub, ${last.fr}${error}`, en: `no link to the hub, ${last.en}${error}` },
      remedy: {
        fr: 'Le travail continue ; vérifiez le réseau, puis « haggui sync now ».',
        en: 'Work goes on; check the network, then “haggui sync now”.',
      },
    };
  }

  #backlog({ pendingChanges, oldestPendingAgeSeconds, quarantined, attachments }: SyncStatus): FoundCheck {
    const { toSend } = attachments;
    const detail = {
      fr: `${pendingChanges} changements${toSend > 0 ? ` et ${toSend} documents joints` : ''} à envoyer, ${quarantined} en quarantaine`,
      en: `${pendingChanges} changes${toSend > 0 ? ` and ${toSend} attachments` : ''} to send, ${quarantined} in quarantine`,
    };
    const days = Math.floor((oldestPendingAgeSeconds ?? 0) / DAY_SECONDS);
    const isOld = (oldestPendingAgeSeconds ?? 0) > DAY_SECONDS;
    if (quarantined === 0 && !isOld) return { name: 'backlog', state: 'ok', detail };
    return {
      name: 'backlog',
      state: 'degraded',
      detail: isOld
        ? {
            fr: `${detail.fr}, le plus ancien depuis ${days} j`,
            en: `${detail.en}, the oldest for ${days} d`,
          }
        : detail,
      remedy:
        quarantined > 0
          ? {
              fr: '« haggui sync quarantine list » dit pourquoi, « haggui sync quarantine retry » reprend.',
              en: '“haggui sync quarantine list” says why, “haggui sync quarantine retry” tries again.',
            }
          : { fr: 'Rétablissez la liaison.', en: 'Restore the link.' },
    };
  }

  #chain({ acknowledgedSequence, otherBranch }: SyncStatus): FoundCheck {
    if (otherBranch !== null && !this.#parts.hasChainProblem()) {
      return {
        name: 'chain',
        state: 'degraded',
        detail: {
          fr: `le hub tient aussi des changements de ce poste écrits ailleurs (incarnation ${otherBranch}) ; ils sont repris ici`,
          en: `the hub also has changes of this node that were written elsewhere (incarnation ${otherBranch}); they are taken up here`,
        },
        remedy: {
          fr: 'Disque remis d’une sauvegarde : rien à faire. Disque copié : arrêtez l’une des deux machines.',
          en: 'A disk put back from a backup: nothing to do. A copied disk: stop one of the two machines.',
        },
      };
    }
    if (acknowledgedSequence === 0) {
      return {
        name: 'chain',
        state: 'ok',
        detail: { fr: 'rien n’a encore été comparé avec le hub', en: 'nothing has been compared with the hub yet' },
      };
    }
    if (!this.#parts.hasChainProblem())
      return {
        name: 'chain',
        state: 'ok',
        detail: { fr: 'le hub tient la même suite de changements', en: 'the hub holds the same chain of changes' },
      };
    return {
      name: 'chain',
      state: 'failing',
      detail: {
        fr: 'le hub tient une autre suite de changements sous le nom de ce poste',
        en: 'the hub holds another chain of changes under this node’s name',
      },
      remedy: {
        fr: 'Ce disque a-t-il été copié ? Prévenez le responsable du hub.',
        en: 'Was this disk copied? Tell whoever runs the hub.',
      },
    };
  }
}

const OLD_DAYS = 3;
const VERY_OLD_DAYS = 14;

function backupCheck({ folder, lastGoodAt, failure, nowMs }: ReturnType<HealthParts['backups']>): FoundCheck {
  const name = 'backup';
  if (lastGoodAt === undefined) {
    return {
      name,
      state: 'degraded',
      detail: { fr: 'aucune sauvegarde n’a été faite', en: 'no backup was ever made' },
      remedy:
        folder === undefined
          ? {
              fr: 'Branchez une clé USB : haggui backup create DOSSIER ; backup.folder en fait une chaque nuit.',
              en: 'Plug a stick in: haggui backup create FOLDER; backup.folder makes one every night.',
            }
          : { fr: 'haggui backup create', en: 'haggui backup create' },
    };
  }
  const days = Math.max(0, Math.floor((nowMs - lastGoodAt) / (DAY_SECONDS * 1000)));
  const at = new Date(lastGoodAt).toISOString();
  const why = failure === undefined ? '' : ` (${failure})`;
  const detail = {
    fr: `dernière sauvegarde relue : ${at}, il y a ${days} j${why}`,
    en: `last backup that was looked at: ${at}, ${days} d ago${why}`,
  };
  if (days < OLD_DAYS) return { name, state: 'ok', detail };
  return {
    name,
    state: days < VERY_OLD_DAYS ? 'degraded' : 'failing',
    detail,
    remedy: {
      fr: 'La clé des sauvegardes est-elle branchée ? « haggui backup create » dit ce qui empêche.',
      en: 'Is the stick of the backups plugged in? “haggui backup create” says what is in the way.',
    },
  };
}

function lastExchangeWords(last: SyncStatus['lastExchange']): Bilingual {
  if (last === null) return { fr: 'aucun échange encore', en: 'no exchange yet' };
  const [fr, en] = last.ok ? ['réussi', 'succeeded'] : ['manqué', 'failed'];
  return { fr: `dernier échange ${fr} le ${last.at}`, en: `the last exchange ${en} at ${last.at}` };
}

/** A check in one language. */
export function toldCheck({ name, state, detail, remedy }: FoundCheck, language: Language): HealthCheck {
  const told = { name, state, detail: textIn(detail, language) };
  return remedy === undefined ? told : { ...told, remedy: textIn(remedy, language) };
}

/** The worst of the checks. */
export function overallHealth(checks: readonly HealthCheck[]): Health {
  if (checks.some(({ state }) => state === 'failing')) return 'failing';
  return checks.some(({ state }) => state === 'degraded') ? 'degraded' : 'ok';
}
