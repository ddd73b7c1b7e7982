import type {
  AuditFilterQuery,
  AuditLine,
  AuditPage,
  AuditVerification,
} from '@santehaggui/protocols/api/audit-api.ts';
import type { AuditFacts } from '@santehaggui/protocols/audit/audit-entry.ts';
import { type AuditFileFormat, auditFile } from '@santehaggui/protocols/audit/audit-file.ts';
import { type AuditFilter, auditFilterOf } from '@santehaggui/protocols/audit/audit-filter.ts';
import { AuditWalk } from '@santehaggui/protocols/audit/audit-walk.ts';
import {
  type Countersignature,
  isCountersigned,
  readCheckpoint,
  type SignedCheckpoint,
  signCheckpoint,
} from '@santehaggui/protocols/audit/checkpoint.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { consistencyProof, rootOf } from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { SignKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { ShownTrail } from '@santehaggui/protocols/frames/sign-messages.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import {
  addAnchor,
  anchors,
  appendEntry,
  entriesAfter,
  type StoredEntry,
  searchEntries,
  sourceFor,
  trailSize,
} from './audit-store.ts';

/** Who an entry is about. */
export type AuditedCaller =
  /** Whoever may use the admin socket. */
  | { readonly kind: 'operator'; readonly requestId: string }
  | {
      readonly kind: 'user';
      readonly login: string;
      readonly role: string | null;
      readonly address: string | null;
      readonly requestId: string | null;
    }
  | { readonly kind: 'node'; readonly node: number; readonly facility: string }
  | { readonly kind: 'daemon' };

/** What was done; what is left out is null, the purpose operations, the decision a permission. */
export type HubAuditEntry = {
  readonly action: string;
  readonly recordType: string;
  readonly recordId?: string;
  readonly patientId?: string;
  /** FHIR R4 `AuditEvent.purposeOfEvent` (v3-PurposeOfUse). */
  readonly purpose?: string;
  readonly decision?: 'permit' | 'deny';
  /** Never a value of a record. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

/** What was found of the trail alone. */
export type TrailVerification = Omit<AuditVerification, 'consents'>;

/** Where entries go. */
export type HubAuditTrail = Pick<HubAuditService, 'append'>;

/** What the service is made of. */
export type HubAuditOptions = { readonly database: HubDatabase; readonly keys: SignKeys; readonly clock: Clock };

const PAGE = 1000;
/** A trail that takes longer to look at is looked at once an hour, however many nodes ask. */
const QUICK_MS = 200;
const HOUR_MS = 3600_000;
/** What stands for the hub where a facility would be named. */
const OBSERVER = 'hub';

/** The hub's own audit trail: written, searched, proven, shown to nodes, which are its witnesses. Nothing in it is ever changed. */
export class HubAuditService {
  readonly #options: HubAuditOptions;
  #looked: { readonly atMs: number; readonly tookMs: number; readonly entry: number } | undefined;

  constructor(options: HubAuditOptions) {
    this.#options = options;
  }

  /** Appends one entry, in the transaction that is given, or alone: it is on disk when this resolves, or when that is committed. */
  async append(caller: AuditedCaller, entry: HubAuditEntry, sql?: Sql): Promise<void> {
    const facts = factsOf(caller, entry, this.#options.clock.now());
    if (sql === undefined) await this.#options.database.transaction((own) => appendEntry(own, facts));
    else await appendEntry(sql, facts);
  }

  /** Makes every hash again and believes nothing that is stored beside it. */
  verify(): Promise<TrailVerification> {
    return this.#options.database.transaction((sql) => this.#walk(sql), {
      isolation: 'repeatable read',
      isReadOnly: true,
    });
  }

  /** The first entry that is not as it was written, 0 where all are: as it is now, or, of a long trail, as it was within the hour. */
  async firstInvalid(): Promise<number> {
    const { clock } = this.#options;
    const last = this.#looked;
    const isFresh = last !== undefined && last.tookMs > QUICK_MS && clock.monotonic() - last.atMs < HOUR_MS;
    if (isFresh) return last.entry;
    const begunMs = clock.monotonic();
    const entry = (await this.verify()).firstInvalid ?? 0;
    this.#looked = { atMs: clock.monotonic(), tookMs: clock.monotonic() - begunMs, entry };
    return entry;
  }

  /** Where the trail is, signed, and that this goes on from the one over `from` entries. */
  show(from: number): Promise<ShownTrail> {
    const { database, keys, clock } = this.#options;
    return database.transaction(
      async (sql) => {
        const size = await trailSize(sql);
        const root = rootOf(size, await sourceFor(sql, (tree) => rootOf(size, tree)));
        const prove = (tree: Parameters<typeof rootOf>[1]) => (from > size ? [] : consistencyProof(from, size, tree));
        const proof = prove(await sourceFor(sql, prove));
        const at = Math.max(0, clock.now());
        return {
          checkpoint: signCheckpoint({ node: 0, tree: { size, root }, journal: null, at }, keys.privateKey),
          from,
          proof,
        };
      },
      { isolation: 'repeatable read', isReadOnly: true },
    );
  }

  /** Keeps a node's word for a checkpoint of this hub; false, and nothing kept, where either signature is not right. */
  async keep(
    { node, signKey }: { readonly node: number; readonly signKey: Uint8Array },
    checkpoint: SignedCheckpoint,
    word: Countersignature,
  ): Promise<boolean> {
    const { database, keys } = this.#options;
    const read = readCheckpoint(checkpoint, keys.publicKey);
    if (read === undefined || !isCountersigned(checkpoint, word, signKey)) return false;
    await database.transaction((sql) => addAnchor(sql, { node, entries: read.tree.size }, checkpoint, word));
    return true;
  }

  /** A page of entries that match, the newest first; the question is an entry itself. */
  async search(
    caller: AuditedCaller,
    { limit, before, ...filter }: AuditFilterQuery & { readonly limit: number; readonly before: number },
  ): Promise<AuditPage> {
    await this.#note(caller, { action: 'search', filter });
    const found = await this.#options.database.transaction(
      (sql) => searchEntries(sql, auditFilterOf(filter), { before, limit: limit + 1 }),
      { isReadOnly: true },
    );
    const items = found.slice(0, limit).map(lineOf);
    const last = items.at(-1);
    return { items, ...(found.length > limit && last !== undefined ? { nextCursor: String(last.number) } : {}) };
  }

  /** All entries that match and were there before, the oldest first, as pieces of a file; the export is noted at once. */
  async export(
    caller: AuditedCaller,
    format: AuditFileFormat,
    filter: AuditFilterQuery,
  ): Promise<AsyncIterable<string>> {
    const last = await this.#options.database.transaction((sql) => trailSize(sql), { isReadOnly: true });
    await this.#note(caller, { action: 'export', filter, detail: { format } });
    return auditFile(this.#lines(auditFilterOf(filter), last), format, OBSERVER);
  }

  async *#lines(filter: AuditFilter, last: number): AsyncGenerator<AuditLine> {
    for (let after = 0; after < last; ) {
      const page = await this.#options.database.transaction((sql) => entriesAfter(sql, after, PAGE), {
        isReadOnly: true,
      });
      yield* page.filter(({ number, facts }) => number <= last && matches(facts, filter)).map(lineOf);
      const end = page.at(-1)?.number;
      if (end === undefined) return;
      after = end;
    }
  }

  async #walk(sql: Sql): Promise<TrailVerification> {
    const { keys } = this.#options;
    const known = (await anchors(sql)).flatMap(({ checkpoint, countersignature, signKey }) => {
      const read = readCheckpoint(checkpoint, keys.publicKey);
      const isWitnessed = isCountersigned(checkpoint, countersignature, signKey);
      return read === undefined || !isWitnessed ? [] : [{ tree: read.tree, at: countersignature.at }];
    });
    const walk = new AuditWalk(known.map(({ tree }) => tree));
    for (let last = 0; ; ) {
      const page = await entriesAfter(sql, last, PAGE);
      for (const entry of page) walk.take(entry);
      if (page.length < PAGE) break;
      last = page.at(-1)?.number ?? last;
    }
    const { entries, head, anchored, findings } = walk.finish(await trailSize(sql));
    const first = findings.map(({ entry }) => entry).sort((left, right) => left - right)[0];
    const anchor = known.findLast(({ tree }) => tree.size === anchored);
    return {
      valid: first === undefined,
      entries,
      head: toHex(head),
      anchoredEntries: anchored,
      anchoredAt: anchor === undefined || anchored === 0 ? null : new Date(anchor.at).toISOString(),
      ...(first === undefined ? {} : { firstInvalid: first }),
      findings: [...findings],
    };
  }

  #note(
    caller: AuditedCaller,
    {
      action,
      filter,
      detail = {},
    }: { readonly action: string; readonly filter: AuditFilterQuery; readonly detail?: object },
  ): Promise<void> {
    const { patient } = filter;
    return this.append(caller, {
      action,
      recordType: 'audit',
      ...(patient === undefined ? {} : { patientId: patient }),
      detail: { ...detail, filter },
    });
  }
}

function factsOf(caller: AuditedCaller, entry: HubAuditEntry, at: number): AuditFacts {
  const detail =
    caller.kind === 'node' ? { facility: caller.facility, node: caller.node, ...entry.detail } : entry.detail;
  return {
    at,
    login: caller.kind === 'user' ? caller.login : null,
    practitionerId: null,
    role: roleOf(caller),
    action: entry.action,
    recordType: entry.recordType,
    recordId: entry.recordId ?? null,
    patientId: entry.patientId ?? null,
    purpose: entry.purpose ?? 'HOPERAT',
    requestId: caller.kind === 'operator' || caller.kind === 'user' ? caller.requestId : null,
    sourceAddress: caller.kind === 'user' ? caller.address : null,
    decision: entry.decision ?? 'permit',
    detail: detail === undefined ? null : JSON.stringify(detail),
  };
}

function roleOf(caller: AuditedCaller): string | null {
  if (caller.kind === 'user') return caller.role;
  return caller.kind === 'daemon' ? 'system' : caller.kind;
}

function matches(facts: AuditFacts, { since, until, ...exact }: AuditFilter): boolean {
  const isSame = Object.entries(exact).every(
    ([key, value]) => value === undefined || facts[key as keyof typeof exact] === value,
  );
  return isSame && (since === undefined || facts.at >= since) && (until === undefined || facts.at < until);
}

function lineOf({ number, facts: { at, detail, ...facts } }: StoredEntry): AuditLine {
  return { number, at: new Date(at).toISOString(), ...facts, detail: detail === null ? null : JSON.parse(detail) };
}
