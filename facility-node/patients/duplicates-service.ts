import { type DuplicateCandidate, reasonWords } from '@santehaggui/protocols/api/duplicates-api.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { type ApiRecord, apiRecord } from '../resources/api-record.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { DUPLICATE_THRESHOLD, type PersonTraits, scoreDuplicates } from './duplicate-score.ts';
import { failPatient } from './patient-errors.ts';
import { PatientSearchStore } from './patient-search-store.ts';
import { survivorOf } from './patient-survivor.ts';
import { duplicateExpressions } from './search-query.ts';

/** What the service is made of. */
export type DuplicatesOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly once: OnceService;
  readonly resources: ResourcesService;
};

/** More people of one name than these are not compared: the last registered are. */
const MAX_COMPARED = 400;

/** Whoever may not read these learns nothing by how alike two people are. */
const COMPARED = ['familyName', 'givenName', 'birthDate', 'phone', 'nina'];

/** Records of one person: proposed by how alike they are, brought together by a person, separated again. */
export class DuplicatesService {
  readonly #options: DuplicatesOptions;
  readonly #search: PatientSearchStore;

  constructor(options: DuplicatesOptions) {
    this.#options = options;
    this.#search = new PatientSearchStore(options.store.db);
  }

  /**
   * Up to `limit` other records here, own and received, that may be of the same person, the likeliest first. Those that are
   * already replaced, or replaced by this one, are left out. Throws SH-N130, SH-A002.
   */
  candidates(
    staff: Staff,
    id: string,
    { limit, language }: { readonly limit: number; readonly language: Language },
  ): readonly DuplicateCandidate<ApiRecord>[] {
    const { store, access, resources } = this.#options;
    const record = resources.stored(patient, id);
    access.require(staff, 'read', record, COMPARED);
    const traits: PersonTraits = record.fields;
    const found = new Set(duplicateExpressions(traits).flatMap((match) => this.#search.find(match, MAX_COMPARED)));
    if (traits.nina !== undefined) for (const twin of this.#search.withNina(traits.nina, limit)) found.add(twin);
    const own = survivorOf(store, id)?.id;
    const scored = [...found]
      .flatMap((candidate) => store.record(candidate) ?? [])
      .flatMap((candidate) => access.shownOf(staff, [candidate], COMPARED))
      .filter((candidate) => candidate.id !== id && candidate.id !== own && candidate.fields.replacedBy === undefined)
      .map((candidate) => ({ candidate, ...scoreDuplicates(traits, candidate.fields) }))
      .filter(({ score }) => score >= DUPLICATE_THRESHOLD)
      .sort(
        (left, right) => right.score - left.score || right.candidate.createdPosition - left.candidate.createdPosition,
      )
      .slice(0, limit);
    resources.noteSearch(staff, patient, [record, ...scored.map(({ candidate }) => candidate)], { duplicatesOf: id });
    return scored.map(({ candidate, score, reasons }) => ({
      patient: apiRecord(candidate),
      score,
      reasons: reasons.map((kind) => ({ kind, words: reasonWords(kind, language) })),
    }));
  }

  /**
   * Says that a record is of the same person as `into`, which goes on. Nothing is moved: the record stays as it is and names
   * the other, here and at every holder. Throws SH-N130, SH-K170 when it is replaced already, SH-K171 when `into` leads to it.
   */
  merge(post: Post, id: string, into: string): Made<ApiRecord> {
    const { store, resources } = this.#options;
    return this.#amend(post, id, (record) => {
      if (record.fields.replacedBy !== undefined) throw failPatient('SH-K170');
      const survivor = survivorOf(store, resources.stored(patient, into).id);
      if (survivor === undefined || survivor.id === id) throw failPatient('SH-K171');
      return survivor.id;
    });
  }

  /** Takes a merge back. Throws SH-N130, SH-K172 when there is none. */
  unmerge(post: Post, id: string): Made<ApiRecord> {
    return this.#amend(post, id, (record) => {
      if (record.fields.replacedBy === undefined) throw failPatient('SH-K172');
      return null;
    });
  }

  #amend(post: Post, id: string, decide: (record: StoredRecord) => string | null): Made<ApiRecord> {
    const { once, audit, resources } = this.#options;
    return once.once(post, (tx) => {
      const replacedBy = decide(resources.stored(patient, id));
      tx.patch(id, { replacedBy });
      audit.append(post.staff, {
        action: 'update',
        recordType: 'patient',
        recordId: id,
        patientId: id,
        detail: { fields: ['replacedBy'], replacedBy },
      });
      return { status: 200, body: resources.written(post.staff, patient, id) };
    });
  }
}
