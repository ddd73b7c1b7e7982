import { readFileSync } from 'node:fs';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import type { Composition } from '@santehaggui/runtime/lifecycle/run-process.ts';
import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import { withRestart } from '@santehaggui/runtime/lifecycle/with-restart.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import { backoff } from '@santehaggui/runtime/time/backoff.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { createAccess } from './access/create-access.ts';
import { adminSocket } from './admin/admin-socket.ts';
import { RecordReadingService } from './admin/record-reading-service.ts';
import { StatusService } from './admin/status-service.ts';
import type { AuditService } from './audit/audit-service.ts';
import { auditedRefusals } from './audit/audited-refusals.ts';
import { type AuditTrailParts, createAuditTrail } from './audit-reading/audit-parts.ts';
import { type BackupOptions, BackupService } from './backup/backup-service.ts';
import { endInterruptedRestore, takeUpRestored } from './backup/restored-node.ts';
import { createBroker } from './broker/create-broker.ts';
import type { NodeConfig } from './config.ts';
import { createConflicts } from './conflicts/conflicts.ts';
import { type ConsentSmsParts, ConsentSmsService } from './consent/consent-sms-service.ts';
import { type Consents, createConsents } from './consent/consents.ts';
import { scannerAt } from './documents/malware-scanner.ts';
import { createEmergencyAccess } from './emergency-access/create-emergency-access.ts';
import type { EmergencyAccessService } from './emergency-access/emergency-access-service.ts';
import { createStaff, type StaffParts } from './factors/create-staff.ts';
import { DoctorService } from './health/doctor-service.ts';
import { type HealthParts, HealthService } from './health/health-service.ts';
import { createInterchange } from './interchange/interchange.ts';
import { nodeMaintenance } from './jobs/node-maintenance.ts';
import { KeyRotation } from './keys/key-rotation.ts';
import { KeyService, type KeyServiceOptions } from './keys/key-service.ts';
import { lanService } from './lan/lan-service.ts';
import { createLanTrust } from './lan/lan-trust.ts';
import { HubUnlock } from './locked/hub-unlock.ts';
import { lockedNode } from './locked/locked-node.ts';
import type { Unlocked } from './locked/unlock-service.ts';
import { EmergencyNotesService } from './notes/emergency-notes-service.ts';
import { patientIndexer } from './patients/patient-index.ts';
import { createTravelling } from './people/create-travelling.ts';
import { QuarantineService } from './quarantine/quarantine-service.ts';
import { WeeklyReportService } from './reports/weekly-report-service.ts';
import { NumberingService } from './resources/numbering-service.ts';
import type { DataDirectory } from './store/data-directory.ts';
import { lockDataDirectory } from './store/data-lock.ts';
import { DigestStore } from './store/digest-store.ts';
import { hasHardwareClock } from './store/hardware-clock.ts';
import { KeyRing, openRingByFile } from './store/key-ring.ts';
import { IdentityKeeper } from './store/node-identity.ts';
import { openNodeStore, storeService } from './store/node-store.ts';
import { RecordCountStore } from './store/record-count-store.ts';
import type { Timekeeper } from './store/timekeeper.ts';
import { SurveillanceService } from './surveillance/surveillance-service.ts';
import { httpsCarrier } from './uplink/carriers/https/https-carrier.ts';
import { HubTls, type HubTlsOptions } from './uplink/carriers/https/hub-tls.ts';
import { type SmsParts, SmsService } from './uplink/carriers/sms/sms-service.ts';
import { UsbService } from './uplink/carriers/usb/usb-service.ts';
import { EnrolmentClient, type EnrolmentParts } from './uplink/enrolment-client.ts';
import { askHub } from './uplink/hub-request.ts';
import { LinkKeys, type LinkKeysOptions } from './uplink/link-keys.ts';
import { readmittedCarrier } from './uplink/readmission.ts';
import { UplinkService } from './uplink/uplink-service.ts';

/** What the outside gives a node. */
export type Surroundings = {
  readonly directory: DataDirectory;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** What sends and receives short messages, where there is something. */
  readonly messenger?: Messenger;
};

/** Of what may fail alone. */
const RETRY = { initialMs: 1000, maxMs: 60_000 };

/**
 * What a daemon starts with: the whole node where a key file opens its database, else a locked one that becomes the whole one in
 * the same process. Throws what {@link composeNode} throws, and SH-C180 without a key ring.
 */
export async function composeDaemon(config: NodeConfig, surroundings: Surroundings): Promise<Composition> {
  const { directory, version, clock, log } = surroundings;
  await sodiumReady();
  endInterruptedRestore(directory);
  const identity = new IdentityKeeper(directory);
  const ring = openRingByFile(directory, config.keys.unlockFile);
  if (ring !== undefined) return composeNode(config, surroundings, { ring, by: { kind: 'key-file' } });
  return lockedNode({
    ...{ directory, version, clock, log, at: config.lan, plainHttp: config.lan.plainHttp },
    identity: identity.current(),
    hubUnlock: hubUnlock(config, surroundings, identity),
    open: (unlocked, port) => composeNode({ ...config, lan: { ...config.lan, port } }, surroundings, unlocked),
  });
}

/**
 * Puts a node together: the store first and stopped last, then the admin socket, the LAN, and what may fail alone. Throws
 * SH-K101 when another daemon has the data directory, SH-C101 and SH-C102 when it is not a node's, and what opening the
 * database throws.
 */
export async function composeNode(
  config: NodeConfig,
  surroundings: Surroundings,
  { ring, by }: Unlocked,
): Promise<Composition> {
  const { directory, version, clock, log, random, randomBytes, messenger } = surroundings;
  await sodiumReady();
  const identity = new IdentityKeeper(directory);
  const lock = lockDataDirectory(directory.lockFile);
  const incarnation = toHex(randomBytes(6));
  const { node, facility: own } = identity.current();
  const facility = { ...own, recordId: () => identity.current().hub?.facilityId ?? null };
  const accounts = createTravelling({ identity, facility, clock });
  const { db, timekeeper, origin, store, journal, attachments } = await openNodeStore({
    ...{ directory, ring, identity, incarnation, clock, log, indexers: [patientIndexer(), accounts.indexer] },
    ...{ hasRtc: isClockKept(config.clock.rtc), reserveMegabytes: config.disk.lowMegabytes },
  });

  const consentFaults = (): number => consents.chain.verify().findings.length;
  const trail = createAuditTrail({ store, identity, journal, consentFaults, clock, log });
  const { audit, witness } = trail;
  const refusals = auditedRefusals({ audit, clock, log });
  const { hubTls, linkKeys } = linkParts(config.uplink, { identity, timekeeper, clock, log, randomBytes });
  const uplink = new UplinkService({
    config: config.uplink,
    ...{ identity, incarnation, store, journal, attachments, timekeeper, clock, log, random, randomBytes, witness },
    ...{ digests: new DigestStore(db), onMended: (records: readonly string[]) => noteMended(audit, records) },
    onRefused: (code) => refusals.note({ carrier: 'https', source: 'hub', code }),
    carrier: linkKeys.carrier(),
  });
  const onReceipt = () => uplink.heardOver('usb');
  const fetchMaxBytes = config.uplink.fetchMegabytes * 1_000_000;
  const usb = new UsbService({
    ...{ identity, incarnation, journal, attachments, fetchMaxBytes, refusals, witness, clock, log, randomBytes },
    onReceipt,
  });
  const enrolment = enrolmentOf(config.uplink, { identity, timekeeper, clock, log, tls: hubTls, uplink }, () => keys);

  takeUpRestored(directory, { store, clock, audit, numbering: new NumberingService({ db, incarnation, facility }) });
  const access = createAccess({ store, audit, clock, facility });
  const { certificates, devices } = createLanTrust({
    ...{ lan: config.lan, facility: own, db, audit, directory, clock, log },
  });
  const staff = nodeStaff(accounts, { store, audit, clock, facility, devices, messenger, access, log }, () => keys);
  const { people, sessions, travelling } = staff;
  const emergency = createEmergencyAccess({
    ...{ store, audit, access, facility, messenger, clock, log, config: config.emergency },
  });
  const mqtt = createBroker({
    ...{ config, db, audit, access, sessions, facility, clock, log, certificate: () => certificates.serving() },
  });
  const reports = new WeeklyReportService({ surveillance: new SurveillanceService({ db }), facility, store, clock });
  const keys = keyService({
    ...{ db, ring, by, audit, clock, log, directory, identity },
    isBusy: () => interchange.isImporting() || backups.isRunning(),
  });
  const rotation = new KeyRotation({ keys, sessions, linkKeys, identity, audit });
  const interchange = createInterchange({ store, audit, clock, log, directory, ring });
  const backups = backupsOf(config.backup, { db, ring, identity, directory, version, audit, clock, log });
  const consents = createConsents({ store, audit, access, clock, facility, log, uplink, ...origin });
  const scanner = scannerAt(config.documents);
  const lan = lanService({
    ...{ at: config.lan, plainHttp: config.lan.plainHttp, certificates, devices },
    ...{ store, attachments, audit, access, auditProofs: trail.proofs, ...staff, ...emergency, reports, facility },
    ...{ clock, log, version, messenger, takeMqtt: mqtt.take, scanner },
  });
  const notes = new EmergencyNotesService({ db, audit, clock });
  const health = nodeHealth({
    ...{ config, directory, store, timekeeper, clock, uplink, identity, keys, consents, notes, backups, witness },
    ...{ ...emergency, scanner },
  });
  const admin = adminSocket({
    socketPath: directory.adminSocket,
    ...{ uplink, usb, enrolment, reports, keys, interchange, backups, devices, consents, trail, clock, log },
    ...{ ...staff, ...emergency, ...mqtt, certificates, rotation, invitationOf: lan.invitationOf },
    doctor: new DoctorService({ ...{ health, certificates, people, clock }, ...doctorParts(config, directory, ring) }),
    reading: new RecordReadingService({ store, audit, access }),
    conflicts: createConflicts({ store, audit, access, clock }),
    quarantine: new QuarantineService({ store, journal, audit, access, verify: () => uplink.verify() }),
    status: new StatusService({
      ...{ version, clock, identity, health, uplink, people },
      ...mqtt,
      lanUrl: lan.localUrl,
    }),
    countRecords: () => new RecordCountStore(db).byType(),
  });
  const jobs = nodeMaintenance(config.backup, {
    ...{ clock, log, store, uplink, certificates, consents, backups, notices: emergency.notices, scanner },
  });
  const sms = messengerServices(config.uplink, messenger, {
    ...{ identity, incarnation, journal, refusals, clock, log, store, audit, facility, uplink, consents },
  });
  return {
    services: [
      ...[storeService(db, lock), travelling, ...jobs, lan, admin, ...sms, uplink.selfProof(), ...uplink.signing()],
      ...[mqtt.broker, uplink].map((one) => withRestart(one, { backoff: backoff(RETRY, random), clock, log })),
    ],
    addresses: () => ({ ...lan.urls(), adminSocket: directory.adminSocket, facility: own.code, node }),
  };
}

/** The checks of `status`. */
function nodeHealth({
  config,
  directory,
  uplink,
  identity,
  keys,
  consents,
  notes,
  backups,
  emergencies,
  clock,
  witness,
  ...state
}: Pick<HealthParts, 'store' | 'timekeeper' | 'scanner'> & {
  readonly config: NodeConfig;
  readonly directory: DataDirectory;
  readonly uplink: UplinkService;
  readonly identity: IdentityKeeper;
  readonly keys: KeyService;
  readonly consents: Consents;
  readonly notes: EmergencyNotesService;
  readonly emergencies: EmergencyAccessService;
  readonly backups: ReturnType<typeof backupsOf>;
  readonly clock: Clock;
  readonly witness: AuditTrailParts['witness'];
}): HealthService {
  return new HealthService({
    ...state,
    dataRoot: directory.root,
    lowDiskMegabytes: config.disk.lowMegabytes,
    syncStatus: () => uplink.status(),
    isEnrolled: () => identity.current().hub !== null,
    hasChainProblem: () => uplink.hasChainProblem(),
    keys: () => keys.status(),
    consentProblems: () => consents.watch.problems(),
    witnessProblems: () => witness.problems(),
    waitingNotes: () => notes.countWaiting(),
    emergencies: () => emergencies.counts(),
    backups: () => ({ ...backups.state(), nowMs: clock.now() }),
  });
}

/** The staff's accounts and sessions; what opens the database changes with the account. */
function nodeStaff(
  accounts: ReturnType<typeof createTravelling>,
  {
    access,
    log,
    ...parts
  }: Omit<StaffParts, 'keys' | 'travelling' | 'rights' | 'onPassword' | 'onPasswordChanged' | 'passkeyKeys'> & {
    readonly access: ReturnType<typeof createAccess>;
    readonly log: Log;
  },
  keys: () => KeyService,
) {
  const { store, audit } = parts;
  const travelling = accounts.service({ store, audit, log, onSettled: () => staff.people.forgetStaleKeys() });
  const staff = createStaff({
    ...{ ...parts, travelling, rights: access.permissions },
    keys: {
      forget: (login) => keys().forget(login),
      forgetPassword: (login) => keys().forgetPassword(login),
      logins: () => keys().logins(),
    },
    onPassword: (proven) => void keys().passwordProven(proven),
    onPasswordChanged: (login) => keys().forgetPassword(login),
    passkeyKeys: {
      isOpenedByStaff: () => keys().isOpenedByStaff(),
      addPasskey: (login, secret) => keys().addPasskey(login, secret),
      removeUnlocker: (id) => keys().removeUnlocker(id),
      passkeyUnlockers: () => keys().passkeyUnlockers(),
    },
  });
  return { ...staff, travelling };
}

/** Lets the hub open the node, where it is enrolled at one that can. */
function hubUnlock(
  { uplink, clock: { rtc } }: NodeConfig,
  { directory, clock, log }: Surroundings,
  identity: IdentityKeeper,
): HubUnlock | undefined {
  const { hub } = identity.current();
  if (hub === null || KeyRing.read(directory.keyRingFile).wrapsFor('hub').length === 0) return undefined;
  // The time floor lies in the closed database: only a clock that went on is believed.
  const tls = hubTlsOf(uplink, { isClockTrusted: () => isClockKept(rtc), clock });
  const timeoutMs = uplink.timeoutSeconds * 1000;
  return new HubUnlock({
    ...{ identity, hub, clock, log, ringFile: directory.keyRingFile },
    post: (path, body, signal) => askHub({ url: `${hub.url}${path}`, body, tls, timeoutMs, signal }),
  });
}

function hubTlsOf({ authority }: NodeConfig['uplink'], options: Omit<HubTlsOptions, 'authority'>): HubTls {
  return new HubTls({ ...options, ...(authority === undefined ? {} : { authority: readFileSync(authority, 'utf8') }) });
}

function isClockKept(rtc: NodeConfig['clock']['rtc']): boolean {
  return rtc === 'auto' ? hasHardwareClock() : rtc === 'yes';
}

/** What is examined of the disk. */
function doctorParts({ disk, lan, broker }: NodeConfig, { root, databaseFile }: DataDirectory, ring: Unlocked['ring']) {
  return {
    ...{ dataRoot: root, lowDiskMegabytes: disk.lowMegabytes },
    inClear: { 'lan.plainHttp': lan.plainHttp === 'lan', 'broker.plain': broker.plain === 'lan' },
    database: () => ({ path: databaseFile, ...ring.current() }),
  };
}

/** Who opened the database is audited, what was noted meanwhile comes in, and the hub can open it the next time. */
function keyService({
  by,
  directory,
  identity,
  ...parts
}: Omit<KeyServiceOptions, 'unlockFile' | 'hubKey'> & {
  readonly by: Unlocked['by'];
  readonly directory: DataDirectory;
  readonly identity: IdentityKeeper;
}): KeyService {
  const { db, ring, audit, clock, log } = parts;
  if (by.kind !== 'key-file') {
    const detail = { what: 'unlock', ...by };
    audit.append({ kind: 'daemon' }, { action: 'update', recordType: 'keys', purpose: 'HOPERAT', detail });
  }
  new EmergencyNotesService({ db, audit, clock }).takeIn(directory.sealedNotesFile, ring.notesKeys(), log);
  const hubKey = (): string | undefined => identity.current().hub?.sealKey;
  const keys = new KeyService({ ...parts, hubKey, unlockFile: directory.unlockFile });
  keys.wrapForHub();
  return keys;
}

/** The carrier to the hub, and the keys that its frames rest on. */
function linkParts(
  config: NodeConfig['uplink'],
  { timekeeper, ...parts }: Omit<LinkKeysOptions, 'carrier' | 'post'> & { readonly timekeeper: Timekeeper },
): { readonly hubTls: HubTls; readonly linkKeys: LinkKeys } {
  const { clock, log } = parts;
  const hubTls = hubTlsOf(config, { isClockTrusted: () => timekeeper.isTrusted(), clock });
  const asked = { tls: hubTls, timeoutMs: config.timeoutSeconds * 1000 };
  const post = (url: string, body: unknown, signal?: AbortSignal) =>
    askHub({ ...asked, url, body, ...(signal === undefined ? {} : { signal }) });
  const carrier = readmittedCarrier({ ...parts, post, carrier: httpsCarrier({ clock, log, tls: hubTls }) });
  const linkKeys = new LinkKeys({ ...parts, carrier, post });
  return { hubTls, linkKeys };
}

/** Makes the node known to a hub, which can open it from then on. */
function enrolmentOf(
  { timeoutSeconds }: NodeConfig['uplink'],
  { uplink, ...parts }: Omit<EnrolmentParts, 'timeoutMs' | 'onEnrolled'> & { readonly uplink: UplinkService },
  keys: () => KeyService,
): EnrolmentClient {
  const onEnrolled = (): void => {
    keys().wrapForHub();
    uplink.wake();
  };
  return new EnrolmentClient({ ...parts, timeoutMs: timeoutSeconds * 1000, onEnrolled });
}

/** What was mended by comparing with the hub is in the trail like anything that changes what is told of a person. */
function noteMended(audit: AuditService, records: readonly string[]): void {
  for (const recordId of records)
    audit.append({ kind: 'daemon' }, { action: 'update', recordId, purpose: 'SYSADMIN', detail: { via: 'repair' } });
}

function backupsOf(
  { folder, keepDays: days, keepWeeks: weeks }: NodeConfig['backup'],
  parts: Omit<BackupOptions, 'folder' | 'retention'>,
): BackupService {
  return new BackupService({ ...parts, folder, retention: { days, weeks } });
}

/** What lives on short messages, where there is something to send them with: patients' questions, and the carrier if it has a number. */
function messengerServices(
  { smsNumber, smsAfterSeconds, smsData }: NodeConfig['uplink'],
  messenger: Messenger | undefined,
  {
    uplink,
    consents,
    ...parts
  }: Omit<SmsParts, 'config' | 'messenger' | 'onReceipt'> &
    Omit<ConsentSmsParts, 'messenger' | 'history'> & { readonly uplink: UplinkService; readonly consents: Consents },
): readonly Service[] {
  if (messenger === undefined) return [];
  const questions = new ConsentSmsService({ ...parts, messenger, history: consents.history });
  if (smsNumber === undefined) return [questions];
  const config = { hubNumber: smsNumber, afterSeconds: smsAfterSeconds, carriesData: smsData };
  return [questions, new SmsService({ ...parts, config, messenger, onReceipt: () => uplink.heardOver('sms') })];
}
