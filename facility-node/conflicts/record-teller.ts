import type { ConflictLine, ConflictShown } from '@santehaggui/protocols/api/conflicts-api.ts';
import type { RecordChange, RegisterWrite } from '@santehaggui/protocols/journal/change.ts';
import type { FieldDeclaration, FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import { codeWords, valueWords, type WordsOptions } from '@santehaggui/protocols/records/value-words.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordStore } from '../store/record-store.ts';
import { patientOf, type StoredRecord } from '../store/stored-record.ts';
import type { FoundConflict } from './conflict-store.ts';
import { conflictSentence, type ToldWrite } from './conflict-words.ts';

/** A write of a conflict on its way into an answer. */
export type WriteOfConflict = ConflictLine['winner'] & { readonly change: RecordChange; readonly isOwn: boolean };

/** A conflict whose record is here, and the language to tell it in. */
export type ConflictOf = {
  readonly found: FoundConflict;
  readonly record: StoredRecord;
  readonly fieldName: string;
  readonly language: Language;
};

/** Longer texts are cut in sentences; their whole is in the value. */
const MAX_TOLD_CHARACTERS = 160;

/** Tells records, their fields and their authors in words. */
export class RecordTeller {
  readonly #store: RecordStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: RecordStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** What a conflict is about, without any value. */
  head({ found, record, fieldName, language }: ConflictOf): Omit<ConflictLine, 'winner' | 'loser'> {
    const { type, id: recordId } = record;
    const label = `${type.label[language]} · ${declarationOf(record, fieldName).label[language]}`;
    const foundAt = new Date(found.foundAt).toISOString();
    return { id: found.id, foundAt, recordType: type.name, recordId, field: fieldName, label };
  }

  /** A conflict with its values, its authors and its sentence. */
  shown(
    conflict: ConflictOf & {
      readonly winner: WriteOfConflict;
      readonly loser: WriteOfConflict;
      readonly current: WriteOfConflict | undefined;
    },
  ): ConflictShown {
    const { record, fieldName, language, winner, loser, current } = conflict;
    const declaration = declarationOf(record, fieldName);
    const key = String(declaration.number);
    const field = { ...this.#words(record, declaration, language), declaration, nowMs: this.#clock.now() };
    const patientId = patientOf(record);
    const toldOf = (write: WriteOfConflict): ToldWrite => ({
      name: this.#nameOf(write.change.author),
      isElsewhere: !write.isOwn,
      role: write.role,
      value: valueIn(write.change, key),
      atMs: write.change.orderClock.ms,
      isClockTrusted: write.isClockTrusted,
    });
    const writeOf = ({ change, isOwn: _isOwn, ...head }: WriteOfConflict): ConflictShown['winner'] => ({
      ...head,
      author: change.author,
      name: this.#nameOf(change.author) ?? null,
      ...this.told(record, fieldName, valueIn(change, key), language),
    });
    return {
      ...this.head(conflict),
      label: this.#fullLabel(record, declaration, language),
      sentence: conflictSentence([toldOf(loser), toldOf(winner)], field),
      ...(patientId === undefined ? {} : { patient: { id: patientId, name: this.#nameOf(patientId) ?? '' } }),
      winner: writeOf(winner),
      loser: writeOf(loser),
      ...(current === undefined ? {} : { current: writeOf(current) }),
    };
  }

  /** A value as the API shows it, and in words. */
  told(
    record: StoredRecord,
    fieldName: string,
    value: FieldValue | null,
    language: Language,
  ): Pick<ConflictShown['winner'], 'value' | 'words'> {
    const declaration = declarationOf(record, fieldName);
    if (value === null) return { value: null, words: language === 'fr' ? 'aucune valeur' : 'no value' };
    const shown = toApiFields(record.type, { [fieldName]: value })[fieldName] as FieldValue;
    const words = valueWords(declaration, value, this.#words(record, declaration, language));
    return { value: typeof shown === 'object' ? [...shown] : shown, words: cut(words) };
  }

  #words(record: StoredRecord, { kind }: FieldDeclaration, language: Language): WordsOptions {
    const { unit } = record.fields;
    return {
      language,
      ...(kind === 'decimal' && typeof unit === 'string' ? { unit } : {}),
      nameOf: (id) => this.#nameOf(id),
    };
  }

  /** A measure is named by what is measured. */
  #fullLabel({ type, fields }: StoredRecord, declaration: FieldDeclaration, language: Language): string {
    const exam = type.name === 'observation' && typeof fields.code === 'string' ? fields.code : undefined;
    return `${exam === undefined ? type.label[language] : codeWords(exam, language)} · ${declaration.label[language]}`;
  }

  #nameOf(recordId: string | null): string | undefined {
    const fields = recordId === null ? undefined : this.#store.record(recordId)?.fields;
    const name = fields?.name ?? [fields?.givenName, fields?.familyName].filter((part) => part !== undefined).join(' ');
    return typeof name === 'string' && name !== '' ? name : undefined;
  }
}

function declarationOf({ type }: StoredRecord, fieldName: string): FieldDeclaration {
  return type.fields[fieldName] as FieldDeclaration;
}

function valueIn({ writes }: RecordChange, key: string): RegisterWrite['value'] {
  const write = writes[key];
  return write?.kind === 'register' ? write.value : null;
}

function cut(words: string): string {
  return words.length <= MAX_TOLD_CHARACTERS ? words : `${words.slice(0, MAX_TOLD_CHARACTERS)}…`;
}
