import type { UnlockLine } from '@santehaggui/protocols/api/keys-api.ts';
import { openBackupKey, readSignedHeader } from '@santehaggui/protocols/backup/backup-file.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { fingerprintWords } from '@santehaggui/protocols/crypto/fingerprint.ts';
import { isSignedBy, openSealed, sealTo, sign } from '@santehaggui/protocols/crypto/sodium.ts';
import {
  type BackupOpeningAnswer,
  backupOpeningRequest,
  type UnlockAnswer,
  type UnlockRequest,
  unlockRequest,
} from '@santehaggui/protocols/enrolment/unlock.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import type { HubKeys } from '../enrolment/hub-identity.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { LinkedNode } from '../ingest/linked-node.ts';
import { askingNodes, decide, forgetAsking, heardAsking, type UnlockRow } from './unlock-store.ts';

/** What the service is made of. */
export type UnlockOptions = {
  readonly database: HubDatabase;
  readonly keys: HubKeys;
  readonly findNode: (node: number) => Promise<LinkedNode | undefined>;
  readonly audit: HubAuditTrail;
  readonly clock: Clock;
  readonly log: Log;
};

/** A message as it travels: sealed and signed. */
export type SealedMessage = { readonly sealed: Uint8Array; readonly signature: Uint8Array };

/** A yes is for whoever is on the phone now, not for who starts the machine tomorrow. */
const GRANT_LIFE_MS = 15 * 60_000;
/** A node asks every 20 seconds: one that was not heard for so long is open, off, or out of reach. */
const STILL_ASKING_MS = 10 * 60_000;

/** Opens the databases of locked nodes, and backups of nodes, each after an operator's yes. The hub keeps no key: who asks brings it, sealed to the hub. */
export class UnlockService {
  readonly #options: UnlockOptions;

  constructor(options: UnlockOptions) {
    this.#options = options;
  }

  /** Answers a locked node. Throws SH-I301 for what cannot be opened and SH-A380 for a node that is not, or no longer, enrolled here. */
  async ask({ sealed, signature }: SealedMessage): Promise<SealedMessage> {
    const { database, clock, log } = this.#options;
    const request = this.#openAs(unlockRequest, sealed);
    const node = await this.#options.findNode(request.node);
    if (node === undefined || !isSignedBy(node.signKey, sealed, signature)) throw failHub('SH-A380');
    const replyKey = fromHex(request.replyKey);
    const answer = await database.transaction(async (sql): Promise<UnlockAnswer> => {
      const now = new Date(clock.now());
      const row = await heardAsking(sql, { ...node, replyKey, backupAt: null }, now);
      const state = stateOf(row, now);
      if (state !== 'granted') return { state, keys: [] };
      const opened = this.#secretsOf(request);
      await forgetAsking(sql, node.facility);
      await this.#released(sql, node, { what: 'unlock' });
      log.warn('unlock.released', { facility: node.facility, node: node.node });
      return { state, keys: opened };
    });
    return this.#reply(replyKey, answer);
  }

  /**
   * Answers whoever holds a backup of a node, with its key after an operator's yes. Throws SH-I301 for what cannot be opened, and
   * SH-A380 for a backup that no node made which is enrolled here.
   */
  async askForBackup(sealed: Uint8Array): Promise<SealedMessage> {
    const { database, keys, clock, log } = this.#options;
    const request = this.#openAs(backupOpeningRequest, sealed);
    const signed = { header: fromHex(request.header), signature: fromHex(request.signature) };
    const header = readSignedHeader(signed);
    const node = header === undefined ? undefined : await this.#options.findNode(header.node);
    if (header === undefined || node === undefined || header.signKey !== toHex(node.signKey)) throw failHub('SH-A380');
    const key = openBackupKey(header, 'hub', keys.seal);
    if (key === undefined) throw failHub('SH-I301');
    const replyKey = fromHex(request.replyKey);
    const answer = await database.transaction(async (sql): Promise<BackupOpeningAnswer> => {
      const now = new Date(clock.now());
      const row = await heardAsking(sql, { ...node, replyKey, backupAt: new Date(header.createdAt) }, now);
      const state = stateOf(row, now);
      if (state !== 'granted') return { state, key: null };
      await forgetAsking(sql, node.facility);
      await this.#released(sql, node, { what: 'backup', createdAt: header.createdAt });
      log.warn('unlock.backup-released', { facility: node.facility, node: node.node, createdAt: header.createdAt });
      return { state, key: toHex(key) };
    });
    return this.#reply(replyKey, answer);
  }

  /** A key left the hub, after an operator's yes. */
  #released(sql: Sql, node: LinkedNode, detail: Readonly<Record<string, unknown>>): Promise<void> {
    const caller = { kind: 'node' as const, node: node.node, facility: node.facility };
    return this.#options.audit.append(caller, { action: 'export', recordType: 'node-key', detail }, sql);
  }

  /** Who asks, with the six words that the caller reads out. */
  async list(): Promise<readonly UnlockLine[]> {
    const { database, keys, clock } = this.#options;
    const rows = await database.transaction((sql) => askingNodes(sql), { isReadOnly: true });
    const now = new Date(clock.now());
    return rows.map((row) => ({
      facility: row.facility,
      words: [...fingerprintWords(keys.sign.publicKey, row.replyKey)],
      askedAt: row.askedAt.toISOString(),
      heardAt: row.heardAt.toISOString(),
      isStillAsking: now.getTime() - row.heardAt.getTime() < STILL_ASKING_MS,
      state: stateOf(row, now),
      backupAt: row.backupAt?.toISOString() ?? null,
    }));
  }

  /** Says yes or no to whoever asks for a facility now. Throws SH-N380 when nobody does. */
  async decide(facility: string, decision: 'granted' | 'refused'): Promise<void> {
    const { database, clock, log } = this.#options;
    const at = new Date(clock.now());
    if (!(await database.transaction((sql) => decide(sql, { facility, decision }, at)))) throw failHub('SH-N380');
    log.warn('unlock.decided', { facility, decision });
  }

  #reply(replyKey: Uint8Array, answer: unknown): SealedMessage {
    const sealed = sealTo(replyKey, Buffer.from(JSON.stringify(answer)));
    return { sealed, signature: sign(sealed, this.#options.keys.sign.privateKey) };
  }

  #openAs<Request>(schema: { readonly parse: (value: unknown) => Request }, sealed: Uint8Array): Request {
    const opened = openSealed(this.#options.keys.seal, sealed);
    if (opened === undefined) throw failHub('SH-I301');
    try {
      return schema.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    } catch (cause) {
      throw failHub('SH-I301', { cause });
    }
  }

  #secretsOf({ wraps }: UnlockRequest): UnlockAnswer['keys'] {
    return wraps.flatMap(({ keyId, sealed }) => {
      const secret = openSealed(this.#options.keys.seal, fromHex(sealed));
      return secret === undefined ? [] : [{ keyId, secret: toHex(secret) }];
    });
  }
}

function stateOf({ decision, decidedAt }: UnlockRow, now: Date): UnlockAnswer['state'] {
  if (decision === 'granted' && now.getTime() - (decidedAt?.getTime() ?? 0) > GRANT_LIFE_MS) return 'waiting';
  return decision ?? 'waiting';
}
