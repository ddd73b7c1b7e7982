import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { type TemporaryDirectory, temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HubDatabase } from '../database/hub-database.ts';
import { DENIED, FACILITIES, outcomeOf, TwoFacilities } from '../database/testing/two-facilities.ts';
import { KeyFile } from './key-file.ts';
import { type DocumentPlace, KeysService } from './keys-service.ts';
import type { Kms } from './kms.ts';

const bytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
const CANARY = 'radiographie du thorax de Fatoumata Coulibaly';
const DOCUMENT = new TextEncoder().encode(CANARY);
const DAY_MS = 24 * 3600 * 1000;

let two: TwoFacilities;
let database: HubDatabase;
let directory: TemporaryDirectory;
let clock: FakeClock;
let count = 0;

beforeAll(async () => {
  two = await TwoFacilities.start();
  database = two.database(4);
  directory = await temporaryDirectory();
  for (const code of Object.keys(FACILITIES)) {
    await two.admin.query(
      `insert into hub.facility (code, record_id, name, kind, region, created_at, schema_version, views_hash)
       values ($1, gen_random_uuid(), $1, 'cscom', 'Mopti', now(), 1, '')`,
      [code],
    );
  }
}, 120_000);
afterAll(async () => {
  await database.close();
  await two[Symbol.asyncDispose]();
  await directory.remove();
});
beforeEach(async () => {
  clock = new FakeClock(Date.UTC(2026, 10, 1));
  await two.admin.query('truncate hub.facility_key, hub.patient_key, hub.destroyed_key');
  count++;
});

function keyFile(): KeyFile {
  return KeyFile.open({
    path: join(directory.path, String(count), 'keys', 'kms.json'),
    ...{ sealKey: 'a'.repeat(64), ownSealKeyPath: join(directory.path, 'none'), randomBytes: bytes, clock },
  });
}

function keysOn(kms: Kms, on: HubDatabase = database): KeysService {
  const { log } = recordingLog();
  return new KeysService({ database: on, kms, isSealedElsewhere: true, randomBytes: bytes, clock, log });
}

function place(number: number, facility = 'cscom_sangha'): DocumentPlace {
  const patient = `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;
  return { facility, patient, document: patient.replace('-8000-', '-8001-') };
}

function seal(keys: KeysService, at: DocumentPlace): Promise<Uint8Array> {
  return database.transaction((sql) => keys.sealDocument(sql, at, DOCUMENT));
}

async function textOf(keys: KeysService, at: DocumentPlace, sealed: Uint8Array): Promise<string> {
  const plain = await database.transaction((sql) => keys.openDocument(sql, at, sealed), { isReadOnly: true });
  return new TextDecoder().decode(plain);
}

describe('a sealed document', () => {
  it('opens for the next process too, at its own place alone, and not when a byte was changed', async () => {
    const keys = keysOn(keyFile());
    const sealed = await seal(keys, place(1));
    expect(Buffer.from(sealed).includes('Coulibaly')).toBe(false);
    expect(await textOf(keysOn(keyFile()), place(1), sealed)).toBe(CANARY);
    const other = { ...place(1), document: place(2).document };
    await expect(textOf(keys, other, sealed)).rejects.toMatchObject({ code: 'SH-X311' });
    await seal(keys, place(2));
    await expect(textOf(keys, place(2), sealed)).rejects.toMatchObject({ code: 'SH-X311' });
    const altered = sealed.with(40, (sealed[40] as number) ^ 1);
    await expect(textOf(keys, place(1), altered)).rejects.toMatchObject({ code: 'SH-X311' });
  });

  it('of nobody in particular is sealed under its facility’s key', async () => {
    const keys = keysOn(keyFile());
    const sealed = await seal(keys, { ...place(1), patient: null });
    expect(await textOf(keys, { ...place(1), patient: null }, sealed)).toBe(CANARY);
    const elsewhere = { ...place(1, 'csref_djenne'), patient: null };
    await seal(keys, elsewhere);
    await expect(textOf(keys, elsewhere, sealed)).rejects.toMatchObject({ code: 'SH-X311' });
  });

  it('needs one key a patient, whoever seals first and however many at once', async () => {
    const keys = keysOn(keyFile());
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const at = { ...place(1, index % 2 === 0 ? 'cscom_sangha' : 'csref_djenne'), document: place(index).document };
        return seal(keysOn(keyFile()), at).then((sealed) => ({ at, sealed }));
      }),
    );
    for (const { at, sealed } of all) expect(await textOf(keys, at, sealed)).toBe(CANARY);
    expect((await keys.status()).patients).toBe(1);
  });

  it('is unreadable for good once the patient’s key is destroyed, and no new key is made', async () => {
    const keys = keysOn(keyFile());
    const [one, other] = [await seal(keys, place(1)), await seal(keys, place(2))];
    await database.transaction((sql) => keys.destroy(sql, [place(1).patient ?? '']));
    await expect(textOf(keys, place(1), one)).rejects.toMatchObject({ code: 'SH-N310' });
    await expect(seal(keys, place(1))).rejects.toMatchObject({ code: 'SH-N310' });
    expect(await textOf(keys, place(2), other)).toBe(CANARY);
    expect(await keys.status()).toMatchObject({ patients: 1, destroyed: 1 });
  });

  it('leaves its keys to nobody but their keeper', async () => {
    for (const role of ['facility_cscom_sangha', 'ministry', 'region_reader', 'consolidated_writer']) {
      await two.connectedAs(role, async (client) => {
        expect(await outcomeOf(client, 'select wrapped from hub.patient_key')).toBe(DENIED);
      });
    }
    const plain = database.transaction((sql) => sql.query('select wrapped from hub.facility_key'));
    await expect(plain).rejects.toMatchObject({ code: DENIED });
  });
});

describe('a rotation', () => {
  it('wraps every facility’s key anew at once, and forgets a version 400 days after it was retired', async () => {
    const keys = keysOn(keyFile());
    const sealed = await seal(keys, place(1));
    await seal(keys, place(2, 'csref_djenne'));
    expect(await keys.rotate({ isCompromised: false })).toEqual({ version: 2, rewrapped: 2, forgotten: 0 });
    expect(await keys.status()).toMatchObject({ version: 2, behind: 0, facilities: 2 });
    clock.setNow(clock.now() + 401 * DAY_MS);
    expect(await keys.rotate({ isCompromised: false })).toEqual({ version: 3, rewrapped: 2, forgotten: 1 });
    expect((await keyFile().versions()).map(({ version }) => version)).toEqual([2, 3]);
    expect(await textOf(keysOn(keyFile()), place(1), sealed)).toBe(CANARY);
  });

  it('destroys older versions at once when one may be known to a stranger', async () => {
    const keys = keysOn(keyFile());
    const sealed = await seal(keys, place(1));
    expect(await keys.rotate({ isCompromised: true })).toEqual({ version: 2, rewrapped: 1, forgotten: 1 });
    expect((await keyFile().versions()).map(({ version }) => version)).toEqual([2]);
    expect(await textOf(keysOn(keyFile()), place(1), sealed)).toBe(CANARY);
  });

  it('interrupted at any step leaves every document readable, and is completed by the next', async () => {
    const first = keysOn(keyFile());
    const sealed = [];
    for (const [index, facility] of Object.keys(FACILITIES).entries())
      sealed.push({ at: place(index, facility), bytes: await seal(first, place(index, facility)) });
    let steps = 0;
    for (; ; steps++) {
      const broken = new BreakingKms(keyFile(), steps);
      const isDone = await keysOn(broken, breaking(database, broken))
        .rotate({ isCompromised: true })
        .then(
          () => true,
          () => false,
        );
      for (const { at, bytes: one } of sealed) expect(await textOf(keysOn(keyFile()), at, one)).toBe(CANARY);
      if (isDone) break;
    }
    expect(steps).toBeGreaterThan(6);
    expect(await keysOn(keyFile()).status()).toMatchObject({ behind: 0 });
    expect(await keyFile().versions()).toHaveLength(1);
  });

  it('that was interrupted is completed by the daily job', async () => {
    const keys = keysOn(keyFile());
    await seal(keys, place(1));
    await keyFile().rotate();
    expect(await keysOn(keyFile()).status()).toMatchObject({ version: 2, behind: 1 });
    await keysOn(keyFile()).daily();
    expect(await keysOn(keyFile()).status()).toMatchObject({ version: 2, behind: 0 });
  });

  it('of one facility gives it another key, under which its patients’ keys are wrapped, all or none', async () => {
    const keys = keysOn(keyFile());
    const sealed = await Promise.all([1, 2, 3].map((number) => seal(keys, place(number))));
    const before = await two.admin.query('select patient, wrapped from hub.patient_key order by 1');
    expect(await keys.rotateFacility('cscom_sangha')).toEqual({ generation: 2, rewrapped: 3 });
    const after = await two.admin.query('select patient, wrapped from hub.patient_key order by 1');
    expect(after.rows).not.toEqual(before.rows);
    for (const [index, one] of sealed.entries())
      expect(await textOf(keysOn(keyFile()), place(index + 1), one)).toBe(CANARY);
    await two.admin.query(
      `create function public.stop() returns trigger language plpgsql as $$ begin raise 'full disk'; end $$;
       create trigger stop before update on hub.facility_key execute function public.stop()`,
    );
    await expect(keys.rotateFacility('cscom_sangha')).rejects.toThrow('full disk');
    await two.admin.query('drop function public.stop cascade');
    for (const [index, one] of sealed.entries())
      expect(await textOf(keysOn(keyFile()), place(index + 1), one)).toBe(CANARY);
    await expect(keys.rotateFacility('csref_djenne')).rejects.toMatchObject({ code: 'SH-N311' });
  });
});

describe('a facility’s key that is replaced while documents are being sealed', () => {
  it('leaves none under a key that is gone', async () => {
    const keys = keysOn(keyFile());
    await seal(keys, place(0));
    const sealing = Array.from({ length: 40 }, async (_, index) => {
      if (index % 8 === 0)
        await keysOn(keyFile())
          .rotateFacility('cscom_sangha')
          .catch(() => {});
      return { at: place(index), bytes: await seal(keysOn(keyFile()), place(index)) };
    });
    for (const { at, bytes: one } of await Promise.all(sealing)) expect(await textOf(keys, at, one)).toBe(CANARY);
    const { rows } = await two.admin.query(
      'select count(*)::int as stale from hub.patient_key p join hub.facility_key f using (facility) where p.generation <> f.generation',
    );
    expect(rows).toEqual([{ stale: 0 }]);
  });
});

/** A KMS that dies at its nth step, before or after doing it, together with the database. */
class BreakingKms implements Kms {
  readonly kind = 'file';
  readonly #kms: Kms;
  #left: number;

  constructor(kms: Kms, steps: number) {
    this.#kms = kms;
    this.#left = steps;
  }

  async step<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#left-- === 0) throw new Error('the power is gone before it');
    const result = await work();
    if (this.#left-- === 0) throw new Error('the power is gone after it');
    return result;
  }

  wrap(key: Uint8Array, context: string) {
    return this.step(() => this.#kms.wrap(key, context));
  }

  unwrap(wrapped: string, context: string) {
    return this.step(() => this.#kms.unwrap(wrapped, context));
  }

  rewrap(keys: Parameters<Kms['rewrap']>[0]) {
    return this.step(() => this.#kms.rewrap(keys));
  }

  versions() {
    return this.#kms.versions();
  }

  rotate() {
    return this.step(() => this.#kms.rotate());
  }

  forgetBefore(version: number) {
    return this.step(() => this.#kms.forgetBefore(version));
  }

  keepAlive() {
    return this.#kms.keepAlive();
  }
}

/** The database as it is, but for transactions that die with the KMS. */
function breaking(on: HubDatabase, kms: BreakingKms): HubDatabase {
  return new Proxy(on, {
    get: (target, name) =>
      name === 'transaction'
        ? (...args: Parameters<HubDatabase['transaction']>) => kms.step(() => target.transaction(...args))
        : Reflect.get(target, name, target),
  });
}
