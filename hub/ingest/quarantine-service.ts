import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type {
  QuarantineLine,
  QuarantineOutcome,
  QuarantineRetryAnswer,
} from '@santehaggui/protocols/api/quarantine-api.ts';
import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { checkChange, type Refusal } from '@santehaggui/protocols/journal/check-change.ts';
import { decodeIncoming } from '@santehaggui/protocols/journal/follow-chain.ts';
import { refusalWords } from '@santehaggui/protocols/journal/refusals.ts';
import { recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import { roleWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import { Register } from '../registers/register-service.ts';
import type { KeptEntry, StoredChange } from '../registers/stored-change.ts';
import { writersOf } from '../routing/account-routing.ts';
import { giveLateToBranches } from '../routing/branch-service.ts';
import { distribute, lockAffected } from '../routing/routing-service.ts';
import { readChains } from './chain-store.ts';
import { factRecords } from './ingest-service.ts';
import { idOf, placeAfter, placeNamed, placeOf } from './quarantine-cursor.ts';
import {
  countQuarantine,
  leaveQuarantine,
  type QuarantinedEntry,
  quarantinedFacilities,
  readQuarantined,
  readQuarantineOf,
  readQuarantinePage,
} from './quarantine-store.ts';

/** What the service is made of. */
export type QuarantineOptions = {
  readonly database: HubDatabase;
  readonly bus: EmbeddedBus;
  readonly clock: Clock;
  readonly log: Log;
};

/** A refused change with what the journal keeps of it; `change` undefined for bytes that are no change of a record. */
type Kept = { readonly entry: QuarantinedEntry; readonly kept: KeptEntry; readonly change: RecordChange | undefined };

/** What is wrong with the chain itself is not mended by looking again: a person examines the node's disk. */
const OF_THE_CHAIN: readonly string[] = ['SH-X301', 'SH-X302'];

/** The changes that this hub refused: told without any value, and judged again when somebody asks. */
export class QuarantineService {
  readonly #options: QuarantineOptions;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  /** How many changes of all nodes are in quarantine. */
  count(): Promise<number> {
    return this.#options.database.transaction(countQuarantine);
  }

  /** Refused changes of all nodes, the newest first. Throws SH-I306 for a foreign cursor. */
  async lines(
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
    language: Language,
  ): Promise<Page<QuarantineLine>> {
    return this.#options.database.transaction(async (sql) => {
      const found = await readQuarantinePage(sql, cursor === undefined ? undefined : placeOf(cursor), limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const items = await linesOf(sql, page, language);
      return { items, ...(found.length > limit && last !== undefined ? { nextCursor: placeAfter(last) } : {}) };
    });
  }

  /** One refused change; `id` as in the list. Throws SH-N302. */
  async line(id: string, language: Language): Promise<QuarantineLine> {
    return this.#options.database.transaction(async (sql) => {
      const place = placeNamed(id);
      const entry = place === undefined ? undefined : await readQuarantined(sql, place);
      const [line] = entry === undefined ? [] : await linesOf(sql, [entry], language);
      if (line === undefined) throw failHub('SH-N302', { why: id });
      return line;
    });
  }

  /**
   * Judges every refused change again, facility by facility, each in one transaction and in the order in which its node wrote
   * them: what can be taken now is merged, routed and leaves the quarantine.
   */
  async retry(language: Language): Promise<QuarantineRetryAnswer> {
    const { database, log } = this.#options;
    const outcomes: QuarantineOutcome[] = [];
    for (const facility of await database.transaction(quarantinedFacilities)) {
      const { taken, kept } = await database.transaction((sql) => this.#retryOf(sql, facility));
      for (const { sequence } of taken) log.info('quarantine.taken', { facility, sequence });
      outcomes.push(
        ...taken.map((entry) => outcomeOf(entry, { result: 'solved', code: entry.code }, language)),
        ...kept.map(({ entry, refusal }) =>
          outcomeOf(entry, { result: 'kept', code: refusal?.code ?? entry.code }, language),
        ),
      );
    }
    const solved = outcomes.filter(({ result }) => result === 'solved').length;
    return { tried: outcomes.length, solved, outcomes };
  }

  async #retryOf(sql: Sql, facility: string): Promise<Retried> {
    const at = new Date(this.#options.clock.now());
    const found = await keptOf(sql, await readQuarantineOf(sql, facility));
    await lockAffected(
      sql,
      facility,
      found.flatMap(({ change }) => change ?? []),
    );
    // Read again under the lock: somebody else may have taken them.
    const refused = await keptOf(sql, await readQuarantineOf(sql, facility));
    const { fit, kept } = await judgeAgain(sql, facility, refused);
    const register = new Register(sql, facility);
    const adopted = adoptedOf(fit);
    await register.adopt(
      adopted.map(({ change }) => change),
      at,
    );
    await giveLateToBranches(sql, facility, adopted);
    const completed = await completedOf(sql, fit);
    const elsewhere = await distribute({ sql, from: facility, completed, receivedAt: at });
    const events = [...elsewhere].map(([code, records]) => ({ facility: code, records }));
    if (completed.length > 0)
      await this.#options.bus.publish(sql, [{ facility, records: factRecords(completed) }, ...events], at);
    const taken = fit.map(({ entry }) => entry);
    await leaveQuarantine(sql, facility, taken);
    return { taken, kept };
  }
}

type Retried = {
  readonly taken: readonly QuarantinedEntry[];
  readonly kept: readonly { readonly entry: QuarantinedEntry; readonly refusal: Refusal | undefined }[];
};

async function keptOf(sql: Sql, entries: readonly QuarantinedEntry[]): Promise<readonly Kept[]> {
  const byFacility = Map.groupBy(entries, ({ facility }) => facility);
  const all = new Map<string, Kept>();
  for (const [facility, ofFacility] of byFacility) {
    const node = ofFacility[0]?.node as number;
    for (const kept of await new Register(sql, facility).kept(node, ofFacility)) {
      const entry = ofFacility.find(
        ({ incarnation, sequence }) => incarnation === kept.incarnation && sequence === kept.sequence,
      );
      const [incoming] = decodeIncoming(node, [{ position: kept.sequence, encoded: kept.encoded }]);
      const change = incoming?.change?.kind === 'record' ? incoming.change : undefined;
      if (entry !== undefined) all.set(idOf(entry), { entry, kept, change });
    }
  }
  return entries.flatMap((entry) => all.get(idOf(entry)) ?? []);
}

/** A record that a change makes is there for the changes after it. */
async function judgeAgain(
  sql: Sql,
  facility: string,
  refused: readonly Kept[],
): Promise<{ readonly fit: readonly Kept[]; readonly kept: Retried['kept'] }> {
  const ids = refused.flatMap(({ change }) => (change === undefined ? [] : [change.recordId]));
  const records = await new Register(sql, facility).records([...new Set(ids)]);
  const types = new Map([...records].map(([id, { type }]) => [id, type]));
  const writerOf = await writersOf(
    sql,
    facility,
    refused.flatMap(({ change }) => change ?? []),
  );
  const fit: Kept[] = [];
  const kept: { entry: QuarantinedEntry; refusal: Refusal | undefined }[] = [];
  for (const one of refused) {
    const {
      entry,
      change,
      kept: { head, isMerged },
    } = one;
    // What lies beyond a gap is judged when that closes.
    const isJudged = change !== undefined && head !== null && !OF_THE_CHAIN.includes(entry.code);
    const refusal = isJudged ? checkChange(change, types.get(change.recordId), writerOf(change)) : undefined;
    if (isMerged && change !== undefined) fit.push(one);
    else if (!isJudged || refusal !== undefined) kept.push({ entry, refusal });
    else {
      types.set(change.recordId, change.recordType);
      fit.push(one);
    }
  }
  return { fit, kept };
}

/** Those that no record knows of yet. */
function adoptedOf(fit: readonly Kept[]): readonly (StoredChange & { readonly change: RecordChange })[] {
  return fit.flatMap(({ change, kept: { isMerged, encoded, head } }) =>
    change === undefined || isMerged ? [] : [{ change, encoded, head }],
  );
}

/** Those of transactions that are whole here: routing waits for the rest as it does in ingest. */
async function completedOf(sql: Sql, fit: readonly Kept[]): Promise<readonly StoredChange[]> {
  const [first] = fit;
  if (first === undefined) return [];
  const incarnations = [...new Set(fit.map(({ entry }) => entry.incarnation))];
  const chains = await readChains(sql, first.entry.node, incarnations);
  return adoptedOf(fit).filter(
    ({ change }) => change.sequence <= (chains.get(change.origin.incarnation)?.completedSequence ?? 0),
  );
}

async function linesOf(
  sql: Sql,
  entries: readonly QuarantinedEntry[],
  language: Language,
): Promise<readonly QuarantineLine[]> {
  const kept = new Map((await keptOf(sql, entries)).map((one) => [idOf(one.entry), one.change]));
  return entries.map((entry) => ({
    id: idOf(entry),
    direction: 'up',
    position: entry.sequence,
    facility: entry.facility,
    at: entry.refusedAt.toISOString(),
    code: entry.code,
    ...wordsOf(entry.code, language),
    detail: entry.detail,
    change: changeLine(kept.get(idOf(entry)), language),
  }));
}

function changeLine(change: RecordChange | undefined, language: Language): QuarantineLine['change'] {
  if (change === undefined) return null;
  const type = recordTypeNumbered(change.recordType);
  const fields = Object.entries(type?.fields ?? {}).filter(([, { number }]) =>
    Object.hasOwn(change.writes, String(number)),
  );
  return {
    recordType: type?.name ?? String(change.recordType),
    recordId: change.recordId,
    isCreate: change.isCreate,
    role: change.role,
    roleWords: roleWords(change.role, language),
    writtenAt: new Date(change.orderClock.ms).toISOString(),
    fields: fields.map(([field, { label }]) => ({ field, label: label[language] })),
  };
}

function outcomeOf(
  entry: QuarantinedEntry,
  { result, code }: { readonly result: QuarantineOutcome['result']; readonly code: string },
  language: Language,
): QuarantineOutcome {
  return { id: idOf(entry), result, code, title: wordsOf(code, language).title };
}

function wordsOf(code: string, language: Language): { readonly title: string; readonly remedy: string } {
  const words = refusalWords(code);
  return { title: words?.title[language] ?? code, remedy: words?.remedy[language] ?? '' };
}
