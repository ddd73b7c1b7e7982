import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { EscrowAnswer, KeysStatus, RotateAnswer } from '@santehaggui/protocols/api/keys-api.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { Turnstile } from '@santehaggui/runtime/limits/turnstile.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { PasswordCost } from '@santehaggui/runtime/passwords/password.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import { failKeys } from '../store/key-errors.ts';
import type { OpenKeyRing, Unlocker } from '../store/key-ring.ts';
import { rekeyDatabase } from '../store/open-database.ts';
import type { RecordStore } from '../store/record-store.ts';
import { keysOfFile, keysOfPasskey } from '../store/unlockers.ts';
import { passwordUnlocker, recoveryUnlocker } from './new-unlockers.ts';

/** What a key service is made of. */
export type KeyServiceOptions = {
  readonly db: RecordStore['db'];
  readonly ring: OpenKeyRing;
  /** Where the key file lies, or would. */
  readonly unlockFile: string;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether another connection has the database open, for an import or a backup: its key cannot change then. */
  readonly isBusy: () => boolean;
  /** The hub's X25519 key (hex), once this node is enrolled. */
  readonly hubKey: () => string | undefined;
  readonly passwordCost?: PasswordCost;
};

/** Whose password it is, and what a thief would know of them. */
export type ProvenPassword = { readonly login: string; readonly password: string; readonly known: readonly string[] };

const MOST_WAITING = 50;

/** Who can open the database, and its key: everything that changes them is audited. */
export class KeyService {
  readonly #options: KeyServiceOptions;
  readonly #ring: OpenKeyRing;
  /** How often anything of a person's was to be forgotten. */
  #forgotten = 0;
  /** Judging how strong one is takes 70 MB, wrapping a key 64: one after the other, however many sign in at eight. */
  readonly #wrapping = new Turnstile({ atOnce: 1, waiting: MOST_WAITING });

  constructor(options: KeyServiceOptions) {
    this.#options = options;
    this.#ring = options.ring;
  }

  /** Who opens it, since when it has its key, and whether the ring is as we left it. */
  status(): Omit<KeysStatus, 'tokenKeySince' | 'linkKeySince'> {
    const ring = this.#ring;
    return {
      opens: this.#opensByItself() ? 'unattended' : 'staff',
      cipher: ring.current().cipher,
      databaseKeySince: ring.since(),
      unlockers: ring.unlockers().map(({ id, kind, login, since }) => ({ id, kind, login: login ?? null, since })),
      isGenuine: ring.isGenuine,
    };
  }

  /**
   * Gives the database a new key, sealed to everybody who can open it now; nobody else opens a copy made from here on. All work
   * waits meanwhile: about a second for 100 MB. Interrupted at any point the database has its old key or the new one, and the ring
   * holds both. Throws SH-K180 (see {@link acceptRing}), SH-K181.
   */
  rotateDatabaseKey(): Pick<RotateAnswer, 'databaseKeySince' | 'milliseconds'> {
    const { db, clock, log } = this.#options;
    if (this.#options.isBusy()) throw failKeys('SH-K181');
    const startedMs = clock.monotonic();
    const next = this.#ring.beginRotation(clock.now());
    rekeyDatabase(db, next);
    this.#ring.settle(next);
    const milliseconds = Math.round(clock.monotonic() - startedMs);
    this.#note('rotate', { milliseconds });
    log.info('keys.rotated', { milliseconds });
    return { databaseKeySince: this.#ring.since(), milliseconds };
  }

  /** Takes the ring for ours as it stands: after a person has looked at who is in it. */
  acceptRing(): void {
    this.#ring.accept();
    this.#note('accept-ring', { unlockers: this.#ring.unlockers().length });
  }

  /** New recovery words; those before open nothing any more. Throws SH-K180. */
  escrow(): EscrowAnswer {
    const { words, unlocker } = recoveryUnlocker();
    const { id, since } = this.#ring.add(unlocker, this.#options.clock.now());
    this.#ring.remove((one) => one.kind === 'recovery' && one.id !== id);
    this.#note('escrow', {});
    return { words, since };
  }

  /** Lets the node open by itself after a power cut: a key file beside the database. Throws SH-K180. */
  openUnattended(): void {
    if (this.#opensByItself()) return;
    const { unlockFile, clock } = this.#options;
    writeSecretFile(unlockFile, `${toHex(randomBytes(32))}\n`);
    const { publicKey } = keysOfFile(unlockFile) as SealKeys;
    this.#ring.add({ kind: 'key-file', publicKey }, clock.now());
    this.#note('opening', { opens: 'unattended' });
  }

  /**
   * From now on a person opens the node after a power cut: this one first. The key file is removed and, since somebody may have
   * copied it, the database's key changed. Throws SH-I180 for a password that a thief would guess, SH-K180, SH-K181.
   */
  async openByStaff(proven: ProvenPassword): Promise<void> {
    if (this.#options.isBusy()) throw failKeys('SH-K181');
    if (!(await this.#wrapFor(proven))) throw failKeys('SH-I180');
    this.#ring.remove(({ kind }) => kind === 'key-file');
    rmSync(this.#options.unlockFile, { force: true });
    this.#note('opening', { opens: 'staff' });
    this.rotateDatabaseKey();
  }

  /**
   * Called when somebody has proven a password. Where staff open the node, and the password is strong, it opens the node from
   * now on: in place of the one that this login had before. Not where anybody was shut out or took another password while it was looked at,
   * which takes a second: the next time it is tried again.
   */
  async passwordProven(proven: ProvenPassword): Promise<void> {
    if (this.#opensByItself() || !this.#ring.isGenuine || this.#hasPassword(proven.login)) return;
    const before = this.#forgotten;
    try {
      await this.#wrapFor(proven, () => this.#forgotten === before);
    } catch (error) {
      // Whoever signed in goes on working; the next time it is tried again.
      this.#options.log.error('keys.wrap-failed', { error });
    }
  }

  /** Takes out what opens the database in this login's name: it is disabled, or its password has changed. Gives how many. */
  forget(login: string): number {
    this.#forgotten++;
    const isHis = (one: { readonly login?: string | undefined }): boolean => one.login === login;
    if (!this.#ring.isGenuine || !this.#ring.unlockers().some(isHis)) return 0;
    const removed = this.#ring.remove(isHis);
    this.#note('forget', { login });
    return removed;
  }

  /** Takes out the password that opens the database in this login's name: its owner has another. Passkeys stay. */
  forgetPassword(login: string): void {
    this.#forgotten++;
    const isIt = (one: Unlocker): boolean => one.kind === 'password' && one.login === login;
    if (!this.#ring.isGenuine || !this.#ring.unlockers().some(isIt)) return;
    this.#ring.remove(isIt);
    this.#note('forget-password', { login });
  }

  /** Whether people open the node after a power cut. */
  isOpenedByStaff(): boolean {
    return !this.#opensByItself();
  }

  /** Lets a passkey open the database by the secret that it makes (32 bytes); gives the unlocker's id. Throws SH-K180. */
  addPasskey(login: string, secret: Uint8Array): string {
    const { publicKey } = keysOfPasskey(secret);
    const { id } = this.#ring.add({ kind: 'passkey', login, publicKey }, this.#options.clock.now());
    this.#note('passkey', { login });
    return id;
  }

  /** Takes one unlocker out; does nothing where it is gone. Throws SH-K180; SH-K182 when nobody would be left. */
  removeUnlocker(id: string): void {
    const one = this.#ring.unlockers().find((candidate) => candidate.id === id);
    if (one === undefined) return;
    this.#ring.remove((candidate) => candidate.id === id);
    this.#note('remove', { kind: one.kind, ...(one.login === undefined ? {} : { login: one.login }) });
  }

  /** The unlockers that are passkeys; undefined where somebody else wrote the ring. */
  passkeyUnlockers(): ReadonlySet<string> | undefined {
    if (!this.#ring.isGenuine) return undefined;
    return new Set(this.#ring.unlockers().flatMap(({ id, kind }) => (kind === 'passkey' ? [id] : [])));
  }

  /** The logins that something opens the database for. */
  logins(): ReadonlySet<string> {
    return new Set(this.#ring.unlockers().flatMap(({ login }) => login ?? []));
  }

  /** Lets the hub that this node is enrolled at open the database after an operator's yes: in place of any hub before. */
  wrapForHub(): void {
    const sealKey = this.#options.hubKey();
    const isThere = this.#ring.unlockers().some((one) => one.kind === 'hub' && one.publicKey === sealKey);
    if (sealKey === undefined || isThere || !this.#ring.isGenuine) return;
    const { id } = this.#ring.add({ kind: 'hub', publicKey: fromHex(sealKey) }, this.#options.clock.now());
    this.#ring.remove((one) => one.kind === 'hub' && one.id !== id);
    this.#note('hub', {});
  }

  async #wrapFor(proven: ProvenPassword, isStillIt = () => true): Promise<boolean> {
    const unlocker = await this.#wrapping.pass(() => passwordUnlocker(proven, this.#options.passwordCost));
    if (unlocker === undefined || !isStillIt()) return false;
    const { id } = this.#ring.add(unlocker, this.#options.clock.now());
    this.#ring.remove((one) => one.kind === 'password' && one.login === proven.login && one.id !== id);
    this.#note('password', { login: proven.login });
    return true;
  }

  #hasPassword(login: string): boolean {
    return this.#ring.unlockers().some((one) => one.kind === 'password' && one.login === login);
  }

  #opensByItself(): boolean {
    return this.#ring.unlockers().some(({ kind }) => kind === 'key-file');
  }

  #note(what: string, detail: Readonly<Record<string, unknown>>): void {
    this.#options.audit.append(
      { kind: 'daemon' },
      { action: 'update', recordType: 'keys', purpose: 'HOPERAT', detail: { what, ...detail } },
    );
  }
}
