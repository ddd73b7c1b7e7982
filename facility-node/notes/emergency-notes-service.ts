import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type { EmergencyNoteLine } from '@santehaggui/protocols/api/notes-api.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import { failKeys } from '../store/key-errors.ts';
import type { RecordStore } from '../store/record-store.ts';
import { readSealedNotes, removeSealedNotes } from '../store/sealed-notes.ts';
import { type EmergencyNote, EmergencyNoteStore } from './emergency-note-store.ts';

/** What the service is made of. */
export type EmergencyNotesOptions = {
  readonly db: RecordStore['db'];
  readonly audit: AuditTrail;
  readonly clock: Clock;
};

/** Notes that were written while nobody had opened the node: they wait until somebody takes them up into a file. */
export class EmergencyNotesService {
  readonly #store: EmergencyNoteStore;
  readonly #options: EmergencyNotesOptions;

  constructor(options: EmergencyNotesOptions) {
    this.#store = new EmergencyNoteStore(options.db);
    this.#options = options;
  }

  /** Brings the sealed notes into the database, each once, then removes their file. Called at each start. */
  takeIn(path: string, keys: SealKeys, log: Log): void {
    const { notes, unreadable } = readSealedNotes(path, keys);
    const rows = notes.map(({ id, atMs, kind, from, text }) => ({ id, at: atMs, kind, writtenBy: from, text }));
    const added = this.#store.insertAll(rows, this.#options.clock.now());
    // What does not open now may open with an older key: it is not thrown away.
    if (unreadable === 0) removeSealedNotes(path);
    if (added > 0 || unreadable > 0) log.warn('emergency-notes', { added, unreadable });
  }

  /** Notes that wait, the oldest first; reading them is audited. */
  waiting(
    staff: Staff,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Page<EmergencyNoteLine> {
    const found = this.#store.waiting(limit + 1, cursor);
    const items = found.slice(0, limit).map(lineOf);
    this.#options.audit.append(staff, { action: 'read', recordType: 'emergencyNote', detail: { notes: items.length } });
    const last = items.at(-1);
    return { items, ...(found.length > limit && last !== undefined ? { nextCursor: last.id } : {}) };
  }

  /** Says that its content now stands in a file. Throws SH-N181, SH-K183 when somebody had before. */
  takeUp(staff: Staff, id: string): EmergencyNoteLine {
    if (this.#store.withId(id) === undefined) throw failKeys('SH-N181');
    if (!this.#store.takeUp(id, staff.login, this.#options.clock.now())) throw failKeys('SH-K183');
    this.#options.audit.append(staff, { action: 'update', recordType: 'emergencyNote', recordId: id });
    return lineOf(this.#store.withId(id) as EmergencyNote);
  }

  /** How many wait. */
  countWaiting(): number {
    return this.#store.countWaiting();
  }
}

function lineOf({ id, at, kind, writtenBy, text, takenUpAt, takenUpBy }: EmergencyNote): EmergencyNoteLine {
  return {
    ...{ id, kind, writtenBy, text, takenUpBy },
    at: new Date(at).toISOString(),
    takenUpAt: takenUpAt === null ? null : new Date(takenUpAt).toISOString(),
  };
}
