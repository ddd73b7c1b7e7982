import type { HealthCheck, HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { EmergencyTallies } from '@santehaggui/protocols/api/emergency-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import type { FacilitiesService } from '../facilities/facilities-service.ts';
import type { ProofLine } from '../proof/proofs-service.ts';
import { diskChecks } from './disk-checks.ts';

/** What is shown of the last time that the hub was put back to an older state. */
export type RestorationOnScreen = { readonly noticedAt: Date; readonly awaited: readonly string[] };

/** What is shown of the keys. `behind`: facilities whose key an older version of the KMS wraps. */
export type KeysOnScreen = { readonly kms: string; readonly isSealedElsewhere: boolean; readonly behind: number };

/** What is shown of emergency accesses. */
export type EmergencyOnScreen = { readonly tallies: EmergencyTallies; readonly overLimit: readonly string[] };

/** What the status tells of. `url` and `connected` are asked for at each look. */
export type StatusOptions = {
  readonly version: string;
  readonly facilities: FacilitiesService;
  readonly bus: EmbeddedBus;
  /** How many changes were refused and are still kept. */
  readonly quarantined: () => Promise<number>;
  readonly connected: () => number;
  readonly lastRestoration: () => Promise<RestorationOnScreen | undefined>;
  readonly proofs: () => Promise<readonly ProofLine[]>;
  /** What is wrong with audit trails and consents, at nodes and here, that nobody has looked into. */
  readonly findings: () => Promise<readonly { readonly facility: string }[]>;
  /** Emergency accesses of all facilities, and those facilities that asked for more of others than is given without a person. */
  readonly emergencies: () => Promise<EmergencyOnScreen>;
  /** The facilities that have more attachments than is kept for one. */
  readonly withoutRoom: () => readonly string[];
  /** What wraps the keys; throws while that does not answer. */
  readonly keys: () => Promise<KeysOnScreen>;
  /** How many accounts come in by a passkey alone, where the hub has no name that one could be for. */
  readonly passkeyless: () => Promise<number>;
  /** How it is with the certificate that the hub shows; undefined where a proxy shows one. */
  readonly certificate: () => Promise<HealthCheck | undefined>;
  readonly url: () => string;
  /** Of the disk that the hub keeps its data on. */
  readonly freeBytes: () => number;
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
    const { version, facilities, bus, quarantined, connected, lastRestoration, proofs, findings, keys, url, clock } =
      this.#options;
    const { emergencies, passkeyless, certificate } = this.#options;
    const shown = await certificate();
    const asked = [
      facilities.count(),
      bus.waiting(),
      quarantined(),
      findings(),
      lastRestoration(),
      proofs(),
      emergencies(),
      facilities.branched(),
      passkeyless(),
    ] as const;
    const found = await Promise.all(asked).catch(() => undefined);
    const [count, { waiting, setAside }, refused, wrong, restoration, proven, urgent, branched = [], outside = 0] =
      found ?? [{ total: 0, enrolled: 0 }, { waiting: 0, setAside: 0 }, ...([0, []] as const)];
    const checks: HealthCheck[] = [
      databaseCheck(found !== undefined),
      ...diskChecks(this.#options.freeBytes()),
      outboxCheck(waiting, setAside),
      quarantineCheck(refused),
      ...(branched.length === 0 ? [] : [branchesCheck(branched)]),
      ...(wrong.length === 0 ? [] : [auditCheck(wrong.map(({ facility }) => facility))]),
      ...(proven === undefined || proven.length === 0 ? [] : [proofCheck(proven, clock.now())]),
      ...(restoration === undefined ? [] : [restorationCheck(restoration)]),
      ...(urgent === undefined ? [] : emergencyChecks(urgent)),
      ...attachmentChecks(this.#options.withoutRoom()),
      ...(outside === 0 ? [] : [passkeysCheck(outside)]),
      ...(shown === undefined ? [] : [shown]),
    ];
    if (found !== undefined) checks.push(keysCheck(await keys().catch((error: unknown) => error as Error)));
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

function keysCheck(keys: KeysOnScreen | Error): HealthCheck {
  if (keys instanceof Error)
    return {
      name: 'keys',
      state: 'degraded',
      detail: `le coffre des clés ne répond pas : ${keys.message}`,
      remedy: 'Échanges et rapports continuent ; les documents scellés attendent. Descellez ou relancez le coffre.',
    };
  const where =
    keys.kms === 'vault' ? 'coffre' : keys.isSealedElsewhere ? 'fichier scellé' : 'fichier scellé sur ce disque';
  if (keys.behind === 0) return { name: 'keys', state: 'ok', detail: `clés enveloppées : ${where}` };
  return {
    name: 'keys',
    state: 'degraded',
    detail: `une rotation a été interrompue : ${keys.behind} établissement(s) sous une ancienne version`,
    remedy: 'Le hub la termine dans la journée ; « haggui hub keys rotate » tout de suite.',
  };
}

/**
 * Which changes of its own a restored hub lost for good cannot be listed: they stood in the lost database alone, and the numbers that
 * nodes give back have holes that say nothing, because openings, ends of copies and alerts are numbered too and not given back.
 */
const LOST_FOR_GOOD =
  'ce que le hub avait écrit lui-même après la sauvegarde et qu’aucun nœud n’avait reçu n’est plus nulle part et ne peut être nommé : refaites les comptes, jetons et inscriptions faits depuis';

function restorationCheck({ noticedAt, awaited }: RestorationOnScreen): HealthCheck {
  const detail = `remis à un état ancien, remarqué le ${noticedAt.toISOString()}`;
  if (awaited.length === 0) {
    const given = `${detail} ; tous les nœuds ont rendu ce qu’ils avaient ; ${LOST_FOR_GOOD}`;
    return { name: 'restoration', state: 'ok', detail: given };
  }
  return {
    name: 'restoration',
    state: 'degraded',
    detail: `${detail} ; ${awaited.length} nœud(s) n’ont pas encore rendu ce qu’ils avaient : ${awaited.join(', ')} ; ${LOST_FOR_GOOD}`,
    remedy: 'Les nœuds rendent seuls à leur prochaine liaison ; « haggui sync now » à chacun la hâte.',
  };
}

/** How long a facility may be without a proof before that is said of it: it may have been off line. */
const PROOF_DAYS = 3;

function proofCheck(lines: readonly ProofLine[], nowMs: number): HealthCheck {
  const enrolled = lines.filter(({ isEnrolled }) => isEnrolled);
  const since = nowMs - PROOF_DAYS * 24 * 3600 * 1000;
  const isRecent = ({ proof }: ProofLine): boolean => proof.provenAt !== null && Date.parse(proof.provenAt) >= since;
  const old = enrolled.filter((line) => !isRecent(line)).map(({ code }) => code);
  const differing = enrolled.filter(({ proof }) => proof.differedAt !== null).map(({ code }) => code);
  const proven = `${enrolled.length - old.length} établissement(s) sur ${enrolled.length} prouvés identiques depuis ${PROOF_DAYS} jours`;
  const detail = old.length === 0 || old.length > 10 ? proven : `${proven} ; pas encore : ${old.join(', ')}`;
  if (differing.length === 0) return { name: 'proof', state: 'ok', detail };
  return {
    name: 'proof',
    state: 'degraded',
    detail: `${detail} ; ${differing.length} différent(s) à la dernière comparaison : ${differing.slice(0, 10).join(', ')}`,
    remedy: 'Le nœud répare seul la nuit ; « haggui sync verify --repair » au poste le fait tout de suite.',
  };
}

function emergencyChecks({ tallies: { facilities }, overLimit }: EmergencyOnScreen): readonly HealthCheck[] {
  const late = facilities.filter(({ overdue }) => overdue > 0).map(({ facility, overdue }) => `${facility} ${overdue}`);
  const told = [
    ...(late.length === 0
      ? []
      : [`accès d’urgence que personne n’a examinés à temps : ${late.slice(0, 10).join(', ')}`]),
    ...(overLimit.length === 0
      ? []
      : [`plus de demandes de dossiers d’ailleurs en un jour que le hub n’en sert seul : ${overLimit.join(', ')}`]),
  ];
  if (told.length === 0) return [];
  return [
    {
      name: 'emergency-access',
      state: 'degraded',
      detail: told.join(' ; '),
      remedy: 'Appelez le centre : docs/operations/acces-urgence.md. « haggui audit emergency list » compte.',
    },
  ];
}

function attachmentChecks(full: readonly string[]): readonly HealthCheck[] {
  if (full.length === 0) return [];
  return [
    {
      name: 'attachments',
      state: 'degraded',
      detail: `plus de documents joints que le hub n’en garde pour un établissement : ${full.slice(0, 10).join(', ')}`,
      remedy: 'Ce qui est en trop attend à leurs postes. Appelez-les, ou relevez « attachments.megabytesEach ».',
    },
  ];
}

function passkeysCheck(accounts: number): HealthCheck {
  return {
    name: 'passkeys',
    state: 'degraded',
    detail: `${accounts} compte(s) du ministère n’entrent pas : sans « http.name », une clé d’accès ne vaut que sur la machine du hub`,
    remedy:
      'Réglez « http.name » au nom par lequel on ouvre le hub (hub.sante.ml), « localhost » si c’est voulu, et relancez-le.',
  };
}

function branchesCheck(facilities: readonly string[]): HealthCheck {
  return {
    name: 'branches',
    state: 'degraded',
    detail: `un disque a été copié ou remis à un état ancien cette semaine : ${facilities.join(', ')} ; rien n’en est perdu`,
    remedy: 'Si deux copies du poste travaillent, arrêtez-en une pour de bon : docs/operations/depannage.md.',
  };
}

function auditCheck(facilities: readonly string[]): HealthCheck {
  const named = [...new Set(facilities)].slice(0, 10).join(', ');
  return {
    name: 'audit',
    state: 'failing',
    detail: `${facilities.length} anomalie(s) dans des journaux d’audit ou des consentements, à examiner : ${named}`,
    remedy:
      '« haggui hub audit findings » dit lesquelles ; ne touchez à rien avant : docs/operations/journal-audit.md.',
  };
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
