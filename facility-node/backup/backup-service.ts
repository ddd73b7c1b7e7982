import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { BackupList, MadeBackup, VerifiedBackup } from '@santehaggui/protocols/api/backup-api.ts';
import {
  type BackupHead,
  type BackupReceiver,
  openBackupKey,
  sealBackupHead,
} from '@santehaggui/protocols/backup/backup-file.ts';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { removePart } from '@santehaggui/runtime/files/stick.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { DataDirectory } from '../store/data-directory.ts';
import { failKeys } from '../store/key-errors.ts';
import type { OpenKeyRing } from '../store/key-ring.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { RecordStore } from '../store/record-store.ts';
import { keysOfRecoveryWords } from '../store/unlockers.ts';
import { readHead } from './backup-content.ts';
import { failBackup, failWords } from './backup-errors.ts';
import { type BackupFile, backupId, backupName, backupsIn } from './backup-folder.ts';
import { type Retention, supersededBackups } from './backup-retention.ts';
import { BackupStore, type KnownBackup } from './backup-store.ts';
import { inThread } from './backup-task.ts';

/** What the service is made of. */
export type BackupOptions = {
  readonly db: RecordStore['db'];
  readonly ring: OpenKeyRing;
  readonly identity: IdentityKeeper;
  readonly directory: DataDirectory;
  readonly version: string;
  /** Where they go when nobody says otherwise; nowhere when undefined. */
  readonly folder: string | undefined;
  readonly retention: Retention;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Log;
};

/** A little over a day: what the night makes is not made at dusk. */
const OVERDUE_MS = 26 * 3600_000;
/** A clock that is set right may go back by so much. */
const AHEAD_MS = 24 * 3600_000;

/** How a node stands with its backups. */
export type BackupState = {
  readonly folder: string | undefined;
  /** The youngest that was found to be good. */
  readonly lastGoodAt: number | undefined;
  /** Why the last attempt since then failed, by its code. */
  readonly failure: string | undefined;
};

/**
 * Encrypted copies of the whole node, made while it works, each looked at before it counts: sealed to the hub and to the recovery
 * words, so that this machine is not needed to open one.
 */
export class BackupService {
  readonly #options: BackupOptions;
  readonly #known: BackupStore;
  #isRunning = false;
  #failure: string | undefined;

  constructor(options: BackupOptions) {
    this.#options = options;
    this.#known = new BackupStore(options.db);
  }

  /** Whether one is being made or looked at: another connection then has the database open. */
  isRunning(): boolean {
    return this.#isRunning;
  }

  /** How the node stands. */
  state(): BackupState {
    const { folder, clock } = this.#options;
    // One that a clock in another year has dated ahead says nothing of how old the last one is.
    const last = this.#known.lastVerified(clock.now() + AHEAD_MS);
    return { folder, lastGoodAt: last?.createdAt, failure: this.#failure };
  }

  /** Whether the night's backup was missed. */
  isOverdue(): boolean {
    const { lastGoodAt } = this.state();
    return lastGoodAt === undefined || this.#options.clock.now() - lastGoodAt > OVERDUE_MS;
  }

  /**
   * Makes a backup in a folder, puts it back beside and compares; then those of this node in that folder which it replaces are
   * removed. Throws SH-C210 without a folder, SH-K180 when somebody else wrote the key ring (he may have put himself in), SH-K210
   * when nobody could open it, SH-T210 when it cannot be written, SH-T211 while another is made, SH-I211 when it is no good.
   */
  async create(folder: string | undefined = this.#options.folder): Promise<MadeBackup> {
    if (folder === undefined) throw failBackup('SH-C210');
    try {
      const made = await this.#alone(() => this.#make(resolve(folder)));
      this.#failure = undefined;
      return made;
    } catch (error) {
      this.#failure = (error as { readonly code?: string }).code ?? 'SH-T210';
      throw error;
    }
  }

  /**
   * Puts a backup back into a scratch file and compares it with what it says of itself. Throws SH-N210, SH-I210, SH-I211, SH-T211, and
   * SH-A210 when neither this node's own knowledge nor the words open it.
   */
  async verify(file: string, words?: string): Promise<VerifiedBackup> {
    const path = resolve(file);
    const head = readHead(path);
    const key = this.#keyOf(head, words);
    return this.#alone(() => this.#look(path, head, key));
  }

  /** The backups of a folder. Throws SH-C210, SH-N210. */
  list(folder: string | undefined = this.#options.folder): BackupList {
    if (folder === undefined) throw failBackup('SH-C210');
    const { node } = this.#options.identity.current();
    const { backups, unreadable } = backupsIn(folder);
    return {
      directory: resolve(folder),
      unreadable,
      backups: backups.map(({ path, bytes, head }) => {
        const verifiedAt = this.#whole({ head, bytes })?.verifiedAt;
        const { header } = head;
        return {
          ...{ file: basename(path), bytes, facility: header.facility, node: header.node, createdAt: header.createdAt },
          isOwn: header.node === node,
          verifiedAt: verifiedAt === undefined || verifiedAt === null ? null : new Date(verifiedAt).toISOString(),
          opens: header.wraps.map(({ to, since }) => ({ by: to, since })),
        };
      }),
    };
  }

  async #make(folder: string): Promise<MadeBackup> {
    const { identity, ring, directory, version, clock, audit, log } = this.#options;
    // A stick that was pulled out leaves its mount point: nothing is written where no folder is.
    if (!existsSync(folder)) throw failBackup('SH-T210', { why: folder });
    const { facility, node, hub } = identity.current();
    const createdAtMs = clock.now();
    const createdAt = new Date(createdAtMs).toISOString();
    const path = join(folder, backupName(facility.code, createdAt));
    const key = new Uint8Array(randomBytes(32));
    const head = sealBackupHead(
      {
        ...{ facility: facility.code, name: facility.name, node, createdAt },
        hub: hub === null ? null : { url: hub.url, signKey: hub.signKey, sealKey: hub.sealKey },
      },
      { key, receivers: this.#receivers(), signKeys: identity.signKeys() },
    );
    const id = backupId(head.hash);
    audit.append(
      { kind: 'daemon' },
      { action: 'export', recordType: 'backup', purpose: 'HOPERAT', detail: { file: basename(path) } },
    );
    // What a kill in the middle has left on the medium.
    for (const left of this.#known.forgetUnfinished()) removePart(left);
    this.#known.begin({ id, file: path, createdAt: createdAtMs, key });
    try {
      const { bytes } = await inThread({
        ...{ kind: 'create', path, head, key, scratch: this.#scratch() },
        database: { path: directory.databaseFile, ...ring.current() },
        manifest: {
          ...{ version: 1, app: version, ring: ring.text(), databaseKey: ring.current() },
          identity: readFileSync(directory.identityFile, 'utf8'),
          configuration: existsSync(directory.configFile) ? readFileSync(directory.configFile, 'utf8') : null,
        },
      });
      this.#known.noteWritten(id, bytes);
      const looked = await this.#look(path, readHead(path), key);
      const removed = this.#removeSuperseded(folder, id);
      log.info('backup.made', { bytes, changes: looked.contents.changes, removed: removed.length });
      return { ...looked, bytes, removed };
    } catch (error) {
      // What is no good is not left to be relied on.
      rmSync(path, { force: true });
      this.#known.forget(id);
      log.error('backup.failed', { error });
      throw error;
    }
  }

  async #look(path: string, head: BackupHead, key: Uint8Array): Promise<VerifiedBackup> {
    const { clock, log } = this.#options;
    const { contents, app } = await inThread({ kind: 'verify', path, key, scratch: this.#scratch() });
    const verifiedAtMs = clock.now();
    this.#known.noteVerified(backupId(head.hash), verifiedAtMs);
    const { facility, node, createdAt } = head.header;
    log.info('backup.verified', { facility, createdAt });
    const verifiedAt = new Date(verifiedAtMs).toISOString();
    return { file: path, facility, node, createdAt, verifiedAt, version: app, contents };
  }

  /** The hub and the recovery words, by the ring's own keys. */
  #receivers(): readonly BackupReceiver[] {
    const { ring } = this.#options;
    if (!ring.isGenuine) throw failKeys('SH-K180');
    const receivers = ring
      .unlockers()
      .flatMap(({ kind, publicKey, since }) =>
        kind === 'hub' || kind === 'recovery' ? [{ to: kind, since, publicKey: fromHex(publicKey) }] : [],
      );
    if (receivers.length === 0) throw failBackup('SH-K210');
    return receivers;
  }

  #keyOf({ hash, header }: BackupHead, words: string | undefined): Uint8Array {
    const known = this.#known.find(backupId(hash))?.key;
    if (known !== undefined) return new Uint8Array(known);
    const keys = words === undefined ? undefined : keysOfRecoveryWords(words);
    const key = keys === undefined ? undefined : openBackupKey(header, 'recovery', keys);
    if (key === undefined) throw failWords(words);
    return key;
  }

  /** What is known of a file, unless its end is missing: as where a stick was pulled out while it was copied. */
  #whole({ head, bytes }: Pick<BackupFile, 'head' | 'bytes'>): KnownBackup | undefined {
    const known = this.#known.find(backupId(head.hash));
    return known?.bytes === bytes ? known : undefined;
  }

  /**
   * Removes what is no longer kept of what this node knows to have made itself; files of others are nobody's business here. The one just
   * made stays, whatever year the clock has given it.
   */
  #removeSuperseded(folder: string, made: string): readonly string[] {
    const own = backupsIn(folder).backups.flatMap((file): (KnownBackup & { readonly path: string })[] => {
      const known = this.#whole(file);
      return known === undefined || known.verifiedAt === null ? [] : [{ ...known, path: file.path }];
    });
    const superseded = supersededBackups(own, this.#options.retention).filter(({ id }) => id !== made);
    return superseded.map(({ id, path }) => {
      rmSync(path, { force: true });
      this.#known.forget(id);
      return basename(path);
    });
  }

  #scratch(): string {
    const path = this.#options.directory.backupScratchFile;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return path;
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isRunning) throw failBackup('SH-T211');
    this.#isRunning = true;
    try {
      return await work();
    } finally {
      this.#isRunning = false;
    }
  }
}
