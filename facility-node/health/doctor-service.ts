import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { HealthCheck } from '@santehaggui/protocols/api/admin-api.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import { type MachineCheck, machineChecks } from '@santehaggui/runtime/health/machine-checks.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { CertificateService } from '../certificates/certificate-service.ts';
import type { PeopleService } from '../people/people-service.ts';
import type { DatabaseFile } from '../store/key-ring.ts';
import { type HealthService, toldCheck } from './health-service.ts';

/** What `doctor` looks at beyond the machine. */
export type DoctorParts = {
  readonly health: HealthService;
  readonly certificates: Pick<CertificateService, 'state'>;
  readonly people: Pick<PeopleService, 'loginsWithKnownPasswords'>;
  readonly database: () => DatabaseFile;
  readonly dataRoot: string;
  readonly lowDiskMegabytes: number;
  /** Settings that may let others on the LAN work without encryption, and whether they do. */
  readonly inClear: Readonly<Record<string, boolean>>;
  readonly clock: Clock;
};

const DAY_MS = 24 * 3600_000;
const SHOWN = 5;

/** A slow and thorough look at a node and its machine; `status` is the quick one. */
export class DoctorService {
  readonly #parts: DoctorParts;

  constructor(parts: DoctorParts) {
    this.#parts = parts;
  }

  /** All checks, each with a remedy where something is wrong; reads the whole database in a thread of its own. */
  async examine(language: Language): Promise<readonly HealthCheck[]> {
    const { health, people, database, dataRoot, lowDiskMegabytes, inClear } = this.#parts;
    const machine = machineChecks({ dataRoot, lowDiskMegabytes });
    const own = [
      integrityCheck(await readInThread(database())),
      this.#certificate(),
      secretsCheck(await people.loginsWithKnownPasswords()),
      encryptionCheck(Object.keys(inClear).filter((setting) => inClear[setting])),
    ];
    const told = [...machine, ...own].map((check) => toldCheck(check, language));
    const names = new Set(told.map(({ name }) => name));
    return [...health.checks(language).filter(({ name }) => !names.has(name)), ...told];
  }

  #certificate(): MachineCheck {
    const { certificates, clock } = this.#parts;
    const { names, notAfterMs, uncovered } = certificates.state();
    const days = Math.floor((notAfterMs - clock.now()) / DAY_MS);
    if (days < 30) {
      return {
        name: 'certificate',
        state: days < 0 ? 'failing' : 'degraded',
        detail: { fr: `ne vaut plus que ${days} jours`, en: `good for ${days} more days only` },
        remedy: {
          fr: 'Il se renouvelle seul : redémarrez le service et vérifiez l’heure de la machine.',
          en: 'It renews itself: restart the service and check the machine’s time.',
        },
      };
    }
    const unnamed = uncovered.filter((name) => /[a-z]$/.test(name));
    if (unnamed.length > 0) {
      return {
        name: 'certificate',
        state: 'degraded',
        detail: { fr: `ne vaut pas pour ${unnamed.join(', ')}`, en: `does not stand for ${unnamed.join(', ')}` },
        remedy: {
          fr: 'haggui device authority --replace, puis enrôlez de nouveau chaque appareil.',
          en: 'haggui device authority --replace, then enrol every device again.',
        },
      };
    }
    const name = names.names[0] ?? '';
    return {
      name: 'certificate',
      state: 'ok',
      detail: { fr: `${name}, encore ${days} jours`, en: `${name}, ${days} more days` },
    };
  }
}

/** The database read whole, in a thread that ends with the answer. */
async function readInThread(database: DatabaseFile): Promise<readonly string[]> {
  const worker = new Worker(new URL('./integrity-worker.ts', import.meta.url), { workerData: database });
  try {
    const [faults] = (await once(worker, 'message')) as [readonly string[]];
    return faults;
  } finally {
    await worker.terminate();
  }
}

function integrityCheck(faults: readonly string[]): MachineCheck {
  if (faults.length === 0) {
    return {
      name: 'integrity',
      state: 'ok',
      detail: { fr: 'chaque page de la base a été relue', en: 'every page of the database was read' },
    };
  }
  const shown = faults.slice(0, SHOWN).join(' ; ');
  return {
    name: 'integrity',
    state: 'failing',
    detail: { fr: `la base est abîmée : ${shown}`, en: `the database is damaged: ${shown}` },
    remedy: {
      fr: 'Arrêtez le service, copiez le dossier de données, puis faites revenir la dernière sauvegarde.',
      en: 'Stop the service, copy the data directory, then restore the last backup.',
    },
  };
}

function encryptionCheck(settings: readonly string[]): MachineCheck {
  const name = 'encryption';
  if (settings.length === 0) {
    return {
      ...{ name, state: 'ok' },
      detail: { fr: 'rien ne passe en clair sur le réseau local', en: 'nothing goes over the LAN in clear' },
    };
  }
  return {
    ...{ name, state: 'degraded' },
    detail: {
      fr: `ces réglages laissent passer en clair sur le réseau local : ${settings.join(', ')}`,
      en: `these settings let data go over the LAN in clear: ${settings.join(', ')}`,
    },
    remedy: {
      fr: 'Enrôlez les appareils, donnez TLS aux capteurs, puis remettez ces réglages à loopback.',
      en: 'Enrol the devices, give sensors TLS, then set these settings back to loopback.',
    },
  };
}

function secretsCheck(logins: readonly string[]): MachineCheck {
  if (logins.length === 0) {
    return {
      name: 'secrets',
      state: 'ok',
      detail: { fr: 'aucun mot de passe que tout le monde essaie', en: 'no password that everybody tries' },
    };
  }
  const shown = logins.join(', ');
  return {
    name: 'secrets',
    state: 'failing',
    detail: { fr: `mot de passe que tout le monde essaie : ${shown}`, en: `password that everybody tries: ${shown}` },
    remedy: { fr: 'Donnez-leur un autre mot de passe aujourd’hui.', en: 'Give them another password today.' },
  };
}
