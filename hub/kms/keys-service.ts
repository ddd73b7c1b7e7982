import type { HubKeysRotated, HubKeysStatus } from '@santehaggui/protocols/api/hub-keys-api.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import { keyFor, openBytes, type SealedPlace, sealBytes } from './envelope.ts';
import {
  addFacilityKey,
  addPatientKey,
  countKeys,
  destroyPatientKeys,
  type FacilityKeyRow,
  facilityKeysBefore,
  findFacilityKey,
  findPatientKey,
  type PatientKeyRow,
  patientKeysOf,
  replaceFacilityKey,
  rewritePatientKeys,
} from './keys-store.ts';
import type { Kms } from './kms.ts';

/** What keeping keys takes. `isSealedElsewhere`: what seals the key file is not on this disk (a vault never is). */
export type KeysOptions = {
  readonly database: HubDatabase;
  readonly kms: Kms;
  readonly isSealedElsewhere: boolean;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
};

/** What a sealed document is of. `patient` is null for one that is nobody's; ids are the records'. */
export type DocumentPlace = {
  readonly facility: string;
  readonly patient: string | null;
  readonly document: string;
};

/** Retired versions open what a backup of the database may still hold. */
const KEEP_RETIRED_MS = 400 * 24 * 3600 * 1000;
const REWRAP_AT_ONCE = 250;
const MAX_ROUNDS = 5;

/**
 * The hub's envelope of keys: the KMS wraps one key a facility, which wraps one key a patient, from which each document's is
 * made. So destroying one short key makes all of a patient's documents unreadable, wherever copies of them lie.
 */
export class KeysService {
  readonly #options: KeysOptions;
  /** Facilities' keys as the KMS opened them: a vault is not asked for each document. */
  readonly #open = new Map<string, { readonly wrapped: string; readonly key: Uint8Array }>();

  constructor(options: KeysOptions) {
    this.#options = options;
  }

  /**
   * Seals a document in the transaction of `sql`, making the keys that are missing. Throws SH-N310 when the patient was
   * erased, SH-T310 when the KMS does not answer.
   */
  async sealDocument(sql: Sql, place: DocumentPlace, plain: Uint8Array): Promise<Uint8Array> {
    const key = await this.#documentKey(sql, place, { isMade: true });
    return sealBytes(key, plain, { nonce: this.#options.randomBytes(12), place: documentPlace(place) });
  }

  /** Opens a sealed document. Throws SH-N310 when the patient was erased, SH-X311 when it was altered or is another's. */
  async openDocument(sql: Sql, place: DocumentPlace, sealed: Uint8Array): Promise<Uint8Array> {
    const plain = openBytes(await this.#documentKey(sql, place, { isMade: false }), sealed, documentPlace(place));
    if (plain === undefined) throw failHub('SH-X311', { why: place.document });
    return plain;
  }

  /** Destroys patients' keys in the transaction of `sql`, for good: none is made again. */
  async destroy(sql: Sql, patients: readonly string[]): Promise<void> {
    await destroyPatientKeys(sql, patients, new Date(this.#options.clock.now()));
  }

  /**
   * Makes a new version of the KMS's key, wraps every facility's key under it, and destroys versions that were retired more
   * than 400 days ago, or all older ones at once when one of them may be known to a stranger. Interrupted anywhere, every key
   * still opens, and doing it again completes it.
   */
  async rotate({ isCompromised }: { readonly isCompromised: boolean }): Promise<HubKeysRotated> {
    const { kms, log } = this.#options;
    const version = await kms.rotate();
    const { rewrapped, forgotten } = await this.#catchUp(isCompromised);
    log.info('keys.rotated', { kms: kms.kind, version, rewrapped, forgotten });
    return { version, rewrapped, forgotten };
  }

  /** Gives a facility a new key, and wraps its patients' keys under it, in one transaction. Answers how many those were. */
  async rotateFacility(facility: string): Promise<{ readonly generation: number; readonly rewrapped: number }> {
    const { database, kms, randomBytes, log } = this.#options;
    const key = randomBytes(32);
    const { wrapped, version } = await kms.wrap(key, contextOf(facility));
    const done = await database.transaction(async (sql) => {
      const from = await findFacilityKey(sql, facility);
      if (from === undefined) throw failHub('SH-N311', { why: facility });
      const old = await this.#opened(from);
      const to = { facility, generation: from.generation + 1, wrapped, kmsVersion: version };
      // Before its patients are read: from here on nobody adds one under the old key.
      if (!(await replaceFacilityKey(sql, { from, to }))) throw failHub('SH-T311', { why: facility });
      const patients = await patientKeysOf(sql, from);
      await rewritePatientKeys(
        sql,
        patients.map((row) => this.#wrapPatient(row.patient, { row: to, key }, unwrapPatient(row, old))),
      );
      return { generation: to.generation, rewrapped: patients.length };
    });
    log.info('keys.facility-rotated', { facility, ...done });
    return done;
  }

  /** For the daily job: keeps the KMS usable, and completes a rotation that was interrupted. */
  async daily(): Promise<void> {
    const { kms, database } = this.#options;
    await kms.keepAlive();
    const version = (await kms.versions()).at(-1)?.version ?? 0;
    const { behind } = await database.transaction((sql) => countKeys(sql, version), { isReadOnly: true });
    if (behind > 0) await this.#catchUp(false);
  }

  /** What an operator sees of the keys; none of them. */
  async status(): Promise<HubKeysStatus> {
    const { kms, database, isSealedElsewhere } = this.#options;
    const versions = await kms.versions();
    const version = versions.at(-1)?.version ?? 0;
    const counts = await database.transaction((sql) => countKeys(sql, version), { isReadOnly: true });
    return {
      kms: kms.kind,
      isSealedElsewhere,
      version,
      versions: versions.map(({ version: number, createdAtMs }) => ({
        version: number,
        createdAt: new Date(createdAtMs).toISOString(),
      })),
      ...counts,
    };
  }

  async #catchUp(isCompromised: boolean): Promise<{ readonly rewrapped: number; readonly forgotten: number }> {
    const { kms, clock } = this.#options;
    const versions = await kms.versions();
    const newest = versions.at(-1)?.version ?? 0;
    let rewrapped = 0;
    for (;;) {
      const count = await this.#rewrapSome(newest);
      if (count === 0) break;
      rewrapped += count;
    }
    // A version is retired when the next one was made.
    const kept = isCompromised
      ? newest
      : versions.find(
          (_, at) => (versions[at + 1]?.createdAtMs ?? Number.POSITIVE_INFINITY) > clock.now() - KEEP_RETIRED_MS,
        )?.version;
    const forgotten = versions.filter(({ version }) => version < (kept ?? newest)).length;
    if (forgotten > 0) await kms.forgetBefore(kept ?? newest);
    return { rewrapped, forgotten };
  }

  async #rewrapSome(version: number): Promise<number> {
    const { database, kms } = this.#options;
    const behind = await database.transaction((sql) => facilityKeysBefore(sql, version, REWRAP_AT_ONCE), {
      isReadOnly: true,
    });
    if (behind.length === 0) return 0;
    const anew = await kms.rewrap(behind.map(({ wrapped, facility }) => ({ wrapped, context: contextOf(facility) })));
    await database.transaction(async (sql) => {
      for (const [at, from] of behind.entries()) {
        const { wrapped, version: kmsVersion } = anew[at] as { wrapped: string; version: number };
        // One that was replaced meanwhile is looked at again in the next round.
        await replaceFacilityKey(sql, { from, to: { ...from, wrapped, kmsVersion } });
      }
    });
    return behind.length;
  }

  async #documentKey(sql: Sql, place: DocumentPlace, { isMade }: { readonly isMade: boolean }): Promise<Uint8Array> {
    const { facility, patient } = place;
    const owner =
      patient === null
        ? (await this.#facilityKey(sql, facility, isMade)).key
        : await this.#patientKey(sql, { facility, patient, isMade });
    return keyFor(owner, documentPlace(place));
  }

  async #patientKey(
    sql: Sql,
    { facility, patient, isMade }: { readonly facility: string; readonly patient: string; readonly isMade: boolean },
  ): Promise<Uint8Array> {
    // Each round loses against somebody who was quicker: another who seals for the patient, or a rotation.
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const found = await findPatientKey(sql, patient);
      if (found === 'destroyed' || (found === undefined && !isMade)) throw failHub('SH-N310');
      const owner = await this.#facilityKey(sql, found?.facility ?? facility, isMade);
      if (found === undefined) {
        const made = this.#options.randomBytes(32);
        const row = this.#wrapPatient(patient, owner, made);
        if (await addPatientKey(sql, row, new Date(this.#options.clock.now()))) return made;
      } else if (found.generation === owner.row.generation) {
        return unwrapPatient(found, owner.key);
      }
    }
    throw failHub('SH-T311', { why: facility });
  }

  async #facilityKey(
    sql: Sql,
    facility: string,
    isMade: boolean,
  ): Promise<{ readonly row: FacilityKeyRow; readonly key: Uint8Array }> {
    const { kms, randomBytes, clock } = this.#options;
    const found = await findFacilityKey(sql, facility);
    if (found !== undefined) return { row: found, key: await this.#opened(found) };
    if (!isMade) throw failHub('SH-N311', { why: facility });
    const { wrapped, version } = await kms.wrap(randomBytes(32), contextOf(facility));
    const first = { facility, generation: 1, wrapped, kmsVersion: version };
    const row = await addFacilityKey(sql, first, new Date(clock.now()));
    return { row, key: await this.#opened(row) };
  }

  async #opened({ facility, wrapped }: FacilityKeyRow): Promise<Uint8Array> {
    const known = this.#open.get(facility);
    if (known?.wrapped === wrapped) return known.key;
    const key = await this.#options.kms.unwrap(wrapped, contextOf(facility));
    this.#open.set(facility, { wrapped, key });
    return key;
  }

  #wrapPatient(
    patient: string,
    { row, key: owner }: { readonly row: FacilityKeyRow; readonly key: Uint8Array },
    key: Uint8Array,
  ): PatientKeyRow {
    const { facility, generation } = row;
    const nonce = this.#options.randomBytes(12);
    return { patient, facility, generation, wrapped: sealBytes(owner, key, { nonce, place: patientPlace(patient) }) };
  }
}

function unwrapPatient({ patient, wrapped }: PatientKeyRow, owner: Uint8Array): Uint8Array {
  const key = openBytes(owner, wrapped, patientPlace(patient));
  if (key === undefined) throw failHub('SH-C312', { why: patient });
  return key;
}

function contextOf(facility: string): string {
  return `facility ${facility}`;
}

function patientPlace(patient: string): SealedPlace {
  return { label: 'SH1-patient-key', parts: [patient] };
}

function documentPlace({ facility, patient, document }: DocumentPlace): SealedPlace {
  return { label: 'SH1-document', parts: patient === null ? ['', facility, document] : [patient, document] };
}
