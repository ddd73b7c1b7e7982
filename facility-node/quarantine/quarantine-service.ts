import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type {
  QuarantineLine,
  QuarantineOutcome,
  QuarantineRetryAnswer,
  QuarantineShown,
} from '@santehaggui/protocols/api/quarantine-api.ts';
import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { refusalWords } from '@santehaggui/protocols/journal/refusals.ts';
import type { FieldScope } from '@santehaggui/protocols/permissions/ability.ts';
import { recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { FieldDeclaration, FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import { roleWords, valueWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import { storeErrors } from '../store/store-errors.ts';
import { MAX_DIFFERENCES } from '../uplink/replica-check.ts';
import { placeAfter, placeOf } from './quarantine-cursor.ts';
import { failQuarantine } from './quarantine-errors.ts';
import { type QuarantinedChange, QuarantineStore } from './quarantine-store.ts';

/** What the service is made of. `verify` compares with the hub, as `sync verify` does. */
export type QuarantineOptions = {
  readonly store: RecordStore;
  readonly journal: JournalStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly verify: () => Promise<SyncVerification>;
};

type ChangedField = { readonly name: string; readonly number: string; readonly declaration: FieldDeclaration };

/** What the hub refused of ours, and what of the hub's could not be applied here: told in words, and tried again. */
export class QuarantineService {
  readonly #options: QuarantineOptions;
  readonly #quarantine: QuarantineStore;

  constructor(options: QuarantineOptions) {
    this.#options = options;
    this.#quarantine = new QuarantineStore(options.store.db);
  }

  /** Entries without any value or name, the newest first. Throws SH-I130 for a foreign cursor. */
  lines(
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
    language: Language,
  ): Page<QuarantineLine> {
    const found = this.#quarantine.page(cursor === undefined ? undefined : placeOf(cursor), limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((entry) => lineOf(entry, language)),
      ...(found.length > limit && last !== undefined ? { nextCursor: placeAfter(last) } : {}),
    };
  }

  /** One entry without any value or name; `id` as in the list. Throws SH-N141. */
  line(id: string, language: Language): QuarantineLine {
    return lineOf(this.#find(id), language);
  }

  /** One entry with its values, noted as read. Throws SH-N141, and SH-A002 (noted too) without the right to read its record. */
  show(staff: Staff, id: string, language: Language): QuarantineShown {
    const entry = this.#find(id);
    const line = lineOf(entry, language);
    const change = changeIn(entry);
    // Bytes that nobody can read show nothing of anybody.
    if (change === undefined) return { ...line, author: null, values: [] };
    const type = recordTypeNumbered(change.recordType);
    const scope = type === undefined ? undefined : this.#scope(staff, change, type);
    this.#options.audit.append(staff, {
      action: 'read',
      recordType: type?.name ?? String(change.recordType),
      recordId: change.recordId,
      decision: scope === undefined ? 'deny' : 'permit',
      detail: { via: 'admin', quarantine: id },
    });
    if (scope === undefined) throw failRuntime('SH-A002');
    const shown = fieldsOf(change).filter(({ name }) => scope === 'all' || scope.has(name));
    const values = shown.map(({ name, number, declaration }) => {
      const write = change.writes[number];
      const value: FieldValue | null = write === undefined ? null : write.kind === 'set' ? write.add : write.value;
      return {
        field: name,
        label: declaration.label[language],
        value: value === null ? null : (apiValue(type, name, value) ?? null),
        words: value === null ? '—' : wordsOf(declaration, value, language),
      };
    });
    return { ...line, author: this.#nameOf(change.author), values };
  }

  /**
   * Tries all again. What came from the hub is applied, in one transaction, as far as it can be now. What the hub refused
   * is only the hub's to take: an entry is solved once the comparison with the hub proves that its record is the same there.
   */
  async retry(language: Language): Promise<QuarantineRetryAnswer> {
    const { journal } = this.#options;
    const before = new Map(this.#all().map((entry) => [idOf(entry), entry]));
    const outcomes: QuarantineOutcome[] = [];
    const tell = (id: string, result: QuarantineOutcome['result'], reason?: string): void => {
      const [direction, position] = partsOf(id);
      const entry = this.#quarantine.find(direction, position) ?? before.get(id);
      if (entry === undefined) return;
      const { title } = wordsOfCode(entry.code, language);
      outcomes.push({ id, result, code: entry.code, title, ...(reason === undefined ? {} : { reason }) });
    };
    const { applied, kept } = journal.retryQuarantined();
    for (const position of applied) tell(`down-${position}`, 'solved');
    for (const position of kept) tell(`down-${position}`, 'kept');
    const refused = this.#quarantine.refused();
    if (refused.length > 0) {
      const { reason: unproven, differences } = await this.#options.verify();
      // The list of differences ends somewhere: what it leaves out may differ too.
      const reason = unproven ?? (differences.length >= MAX_DIFFERENCES ? 'too-many-differences' : undefined);
      const differing = new Set(differences.map(({ recordId }) => recordId));
      for (const entry of refused) {
        const recordId = changeIn(entry)?.recordId;
        const isAtHub = reason === undefined && recordId !== undefined && !differing.has(recordId);
        if (isAtHub) journal.arrivedAfterAll(entry.position);
        tell(idOf(entry), isAtHub ? 'solved' : reason === undefined ? 'kept' : 'waits', reason);
      }
    }
    const solved = outcomes.filter(({ result }) => result === 'solved').length;
    return { tried: outcomes.length, solved, outcomes };
  }

  #all(): readonly QuarantinedChange[] {
    return this.#quarantine.page(undefined, Number.MAX_SAFE_INTEGER);
  }

  #find(id: string): QuarantinedChange {
    const entry = this.#quarantine.find(...partsOf(id));
    if (entry === undefined) throw failQuarantine('SH-N141', { why: id });
    return entry;
  }

  /** Where the record is not here, its fields are what the change says. */
  #scope(staff: Staff, change: RecordChange, type: RecordType): FieldScope | undefined {
    const { access, store } = this.#options;
    const record = store.record(change.recordId);
    const fields = Object.fromEntries(
      fieldsOf(change).flatMap(({ name, number }) => {
        const write = change.writes[number];
        return write?.kind === 'register' && write.value !== null ? [[name, write.value] as const] : [];
      }),
    );
    return access.scope(staff, 'read', record ?? { type, id: change.recordId, fields });
  }

  #nameOf(author: string | null): string | null {
    const fields = author === null ? undefined : this.#options.store.record(author)?.fields;
    const name = [fields?.givenName, fields?.familyName].filter((part) => part !== undefined).join(' ');
    return name === '' ? null : name;
  }
}

function idOf({ direction, position }: QuarantinedChange): string {
  return `${direction}-${position}`;
}

function partsOf(id: string): ['up' | 'down', number] {
  const [direction, position] = id.split('-');
  return [direction === 'down' ? 'down' : 'up', Number(position)];
}

function lineOf(entry: QuarantinedChange, language: Language): QuarantineLine {
  const change = changeIn(entry);
  return {
    id: idOf(entry),
    direction: entry.direction,
    position: entry.position,
    at: new Date(entry.at).toISOString(),
    code: entry.code,
    ...wordsOfCode(entry.code, language),
    change:
      change === undefined
        ? null
        : {
            recordType: recordTypeNumbered(change.recordType)?.name ?? String(change.recordType),
            recordId: change.recordId,
            isCreate: change.isCreate,
            role: change.role,
            roleWords: roleWords(change.role, language),
            writtenAt: new Date(change.orderClock.ms).toISOString(),
            fields: fieldsOf(change).map(({ name, declaration }) => ({
              field: name,
              label: declaration.label[language],
            })),
          },
  };
}

/** The words of a code: of the hub's refusals, or of this node's own. */
function wordsOfCode(code: string, language: Language): { readonly title: string; readonly remedy: string } {
  const words = refusalWords(code) ?? storeErrors.definitions[code as keyof typeof storeErrors.definitions];
  const { title, remedy } = words ?? UNKNOWN;
  return { title: title[language], remedy: remedy[language] };
}

const UNKNOWN = {
  title: {
    fr: 'Refusé pour une raison que cette version ne connaît pas',
    en: 'Refused for a reason that this version does not know',
  },
  remedy: { fr: 'Mettez ce nœud à jour, puis regardez de nouveau.', en: 'Upgrade this node, then look again.' },
};

function changeIn({ encoded }: QuarantinedChange): RecordChange | undefined {
  if (encoded === null) return undefined;
  try {
    const change = decodeChange(encoded);
    return change.kind === 'record' ? change : undefined;
  } catch (error) {
    if (error instanceof MalformedChange) return undefined;
    throw error;
  }
}

/** The fields that a change writes and this release knows. */
function fieldsOf({ recordType, writes }: RecordChange): readonly ChangedField[] {
  const fields = Object.entries(recordTypeNumbered(recordType)?.fields ?? {});
  return fields.flatMap(([name, declaration]) => {
    const number = String(declaration.number);
    return Object.hasOwn(writes, number) ? [{ name, number, declaration }] : [];
  });
}

/** A value that its field cannot hold is shown as it came. */
function apiValue(
  type: ReturnType<typeof recordTypeNumbered>,
  name: string,
  value: FieldValue,
): FieldValue | undefined {
  try {
    return type === undefined ? value : toApiFields(type, { [name]: value })[name];
  } catch {
    return value;
  }
}

function wordsOf(declaration: FieldDeclaration, value: FieldValue, language: Language): string {
  try {
    return valueWords(declaration, value, { language });
  } catch {
    return String(value);
  }
}
