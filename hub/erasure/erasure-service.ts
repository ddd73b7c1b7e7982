import type { ErasureLine } from '@santehaggui/protocols/api/erasures-api.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { KeysService } from '../kms/keys-service.ts';
import type { HubOrigin } from '../registers/hub-origin-service.ts';
import { Register } from '../registers/register-service.ts';
import { deliver } from '../routing/delivery-service.ts';
import type { ErasureFile } from './erasure-file.ts';
import { forgetHolders, isRegistered, noteErasure, readErasures } from './erasure-store.ts';

/** What erasing takes. `holdersOf`: the facilities that hold a record which more than one holds. */
export type ErasureOptions = {
  readonly database: HubDatabase;
  readonly file: ErasureFile;
  readonly keys: KeysService;
  readonly origin: HubOrigin;
  readonly holdersOf: (sql: Sql, record: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
};

/** Who is to be erased: a patient of a facility, by id or printed number. */
export type ErasureRequest = { readonly facility: string; readonly patient: string; readonly reason: string };

/** As many ids as fit well into a frame. */
const MAX_ERASED = 500;

/**
 * Erases a patient: the patient's key is destroyed, and an `Erasure` goes to every facility that knows the patient; both ends
 * take the records and the words of their changes out, and keep the chain. What arrives later of the same patient goes the same
 * way, at the latest the next day; and a hub put back to a backup does again what its file tells.
 */
export class ErasureService {
  readonly #options: ErasureOptions;

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /** Erases a patient for good. Throws SH-N312 when there is no such facility, or no such patient there. */
  async erase({ facility, patient: named, reason }: ErasureRequest): Promise<ErasureLine> {
    const { database, file, clock, log } = this.#options;
    const patient = await database.transaction(
      async (sql) =>
        (await isRegistered(sql, facility)) ? new Register(sql, facility).patientNamed(named) : undefined,
      { isReadOnly: true },
    );
    if (patient === undefined) throw failHub('SH-N312', { why: facility });
    const at = new Date(clock.now()).toISOString();
    // First of all: from here on it will be done, whatever becomes of this process or of the database.
    file.add({ patient, facility, reason, at });
    const records = await this.#eraseEverywhere({ patient, facility, reason, at, facilities: [] });
    log.info('erasure.done', { facility, records });
    return { patient, facility, reason, records, at };
  }

  /** All erasures, the newest first. */
  async list(): Promise<readonly ErasureLine[]> {
    const rows = await this.#options.database.transaction(readErasures, { isReadOnly: true });
    return rows.map(({ patient, facility, reason, records, erasedAt }) => {
      return { patient, facility, reason, records, at: erasedAt.toISOString() };
    });
  }

  /** The daily work: what a restored database has forgotten, and what has come of erased patients since. */
  async daily(): Promise<void> {
    const { database, file, log } = this.#options;
    const done = new Map(
      (await database.transaction(readErasures, { isReadOnly: true })).map((row) => [row.patient, row]),
    );
    const wanted = [...file.all().values()].filter(({ patient }) => !done.has(patient));
    for (const again of [
      ...wanted.map((one) => ({ ...one, facilities: [] })),
      ...[...done.values()].map(({ erasedAt, ...row }) => ({ ...row, at: erasedAt.toISOString() })),
    ]) {
      const records = await this.#eraseEverywhere(again);
      if (records > 0) log.info('erasure.done-again', { facility: again.facility, records });
    }
  }

  #eraseEverywhere(
    wanted: ErasureRequest & { readonly at: string; readonly facilities: readonly string[] },
  ): Promise<number> {
    const { database, holdersOf } = this.#options;
    const { patient, facility } = wanted;
    return database.transaction(async (sql) => {
      const facilities = new Set([facility, ...wanted.facilities, ...(await holdersOf(sql, patient))]);
      await lockFacilities(sql, facilities);
      const { patients, records } = await recordsOf(sql, patient, facilities);
      await this.#append(sql, { patient, records, facilities });
      await this.#options.keys.destroy(sql, patients);
      const { reason, at } = wanted;
      const row = { patient, facility, facilities: [...facilities].sort(), reason };
      await noteErasure(sql, { ...row, records: records.length, erasedAt: new Date(at) });
      return records.length;
    });
  }

  async #append(
    sql: Sql,
    { patient, records, facilities }: { patient: string; records: readonly string[]; facilities: ReadonlySet<string> },
  ): Promise<void> {
    const { origin, clock } = this.#options;
    const nowMs = clock.now();
    for (let at = 0; at < records.length; at += MAX_ERASED) {
      const drafts = [{ kind: 'erasure' as const, patient, records: records.slice(at, at + MAX_ERASED) }];
      const changes = await origin.append({ sql, drafts, nowMs });
      for (const facility of [...facilities].sort())
        await deliver({ sql, facility, changes, receivedAt: new Date(nowMs) });
    }
    await forgetHolders(sql, records);
  }
}

/** Every record about a patient at some facilities, and the person's other patient records. */
async function recordsOf(
  sql: Sql,
  patient: string,
  facilities: ReadonlySet<string>,
): Promise<{ readonly patients: readonly string[]; readonly records: readonly string[] }> {
  const patients = new Set([patient]);
  const records = new Set<string>();
  for (let known = 0; known < patients.size; ) {
    known = patients.size;
    for (const facility of [...facilities].sort()) {
      for (const { id, isPatient } of await new Register(sql, facility).recordsAbout([...patients])) {
        records.add(id);
        if (isPatient) patients.add(id);
      }
    }
  }
  return { patients: [...patients].sort(), records: [...records].sort() };
}
