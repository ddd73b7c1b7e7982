import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { BackupService } from '../backup/backup-service.ts';
import type { CertificateService } from '../certificates/certificate-service.ts';
import type { Consents } from '../consent/consents.ts';
import type { MalwareScanner } from '../documents/malware-scanner.ts';
import type { EmergencyNoticeService } from '../emergency-access/emergency-notice-service.ts';
import { checkpointAtRest } from '../store/checkpoint-at-rest.ts';
import { DigestStore } from '../store/digest-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { UplinkService } from '../uplink/uplink-service.ts';
import { maintenanceJob } from './maintenance-job.ts';
import { nightlyJob } from './nightly-job.ts';

const KEEP_EVERY_MS = 5 * 60_000;
/** A tablet whose node was given another address by the router cannot wait long. */
const CERTIFICATES_EVERY_MS = 60_000;
/** Of those that the network did not take at once. */
const NOTICES_EVERY_MS = 60_000;
/** A day's at once would keep everybody waiting at the next comparison. */
const DIGESTS_EVERY_MS = 60_000;
/** More seldom, many consultations in between would end in the save of one. */
const CHECKPOINT_EVERY_MS = 60_000;
/** A status that says a minute late that it is gone is soon enough: whoever hands in a document is told at once. */
const SCANNER_EVERY_MS = 60_000;
const OPTIMIZE_EVERY_MS = 24 * 3600_000;

/** What chores are about. */
export type MaintenanceParts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: RecordStore;
  readonly uplink: UplinkService;
  readonly certificates: CertificateService;
  readonly consents: Consents;
  readonly backups: BackupService;
  readonly notices: EmergencyNoticeService;
  /** Where one is configured. */
  readonly scanner: MalwareScanner | undefined;
};

/** What is done again and again as long as the node runs; a backup every night where it is said where to. */
export function nodeMaintenance(
  { at }: { readonly at: string },
  { store, uplink, certificates, consents, backups, notices, scanner, ...surroundings }: MaintenanceParts,
): readonly Service[] {
  const digests = new DigestStore(store.db);
  const chores = [
    { name: 'time-floor', everyMs: KEEP_EVERY_MS, run: () => store.keepTime() },
    { name: 'certificates', everyMs: CERTIFICATES_EVERY_MS, run: () => certificates.refresh() },
    { name: 'counters', everyMs: KEEP_EVERY_MS, run: () => uplink.keepCounters() },
    { name: 'attachments', everyMs: KEEP_EVERY_MS, run: () => uplink.noteWaiting() },
    { name: 'consents', everyMs: KEEP_EVERY_MS, run: () => consents.watch.look() },
    { name: 'emergency-notices', everyMs: NOTICES_EVERY_MS, run: () => void notices.send() },
    { name: 'antivirus', everyMs: SCANNER_EVERY_MS, run: () => void scanner?.look() },
    { name: 'digests', everyMs: DIGESTS_EVERY_MS, run: () => digests.make(store.tables().records.takeLeft()) },
    { name: 'checkpoint', everyMs: CHECKPOINT_EVERY_MS, run: () => void checkpointAtRest(store.db) },
    { name: 'optimize', everyMs: OPTIMIZE_EVERY_MS, run: () => void store.db.pragma('optimize') },
  ];
  const backup = { name: 'backup', at, isOverdue: () => backups.isOverdue(), run: () => backups.create() };
  return [
    maintenanceJob({ ...surroundings, chores }),
    ...(backups.state().folder === undefined ? [] : [nightlyJob({ ...surroundings, work: backup })]),
  ];
}
