import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { fieldProblems } from '@santehaggui/runtime/http/validate.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { faultyPassword } from '@santehaggui/runtime/passwords/password-faults.ts';
import { preferredCipher } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import { AuditService } from '../audit/audit-service.ts';
import { CertificateService } from '../certificates/certificate-service.ts';
import { thisHost } from '../certificates/lan-names.ts';
import { passwordUnlocker, recoveryUnlocker } from '../keys/new-unlockers.ts';
import { patientIndexer } from '../patients/patient-index.ts';
import { accountRequest, PeopleService } from '../people/people-service.ts';
import { readClockState } from '../store/clock-state.ts';
import { type DataDirectory, makeDataDirectory } from '../store/data-directory.ts';
import { lockDataDirectory } from '../store/data-lock.ts';
import { failKeys } from '../store/key-errors.ts';
import { createRingWithFile, KeyRing, type NewUnlocker } from '../store/key-ring.ts';
import { type NodeIdentity, newNodeIdentity, writeNodeIdentity } from '../store/node-identity.ts';
import { openNodeDatabase } from '../store/open-database.ts';
import { RecordStore } from '../store/record-store.ts';
import { Timekeeper } from '../store/timekeeper.ts';
import { failSetup } from './setup-errors.ts';

/** What `haggui-node init` is told. The administrator runs the machine; a role of care gives patient data too. */
export const initAnswers = z.strictObject({
  facility: z.strictObject({
    code: z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, 'minuscules, chiffres et _ (40 au plus)'),
    name: z.string().trim().min(1, 'ne peut pas être vide').max(120),
  }),
  administrator: z.looseObject({ role: z.string().default('it-officer') }).pipe(accountRequest),
  staff: z.array(accountRequest).max(200).default([]),
  /**
   * After a power cut: `unattended`, the node opens by itself (whoever takes machine and disk reads all), or `staff`, somebody opens
   * it with a strong password.
   */
  unlock: z.enum(['unattended', 'staff']).default('unattended'),
});

/** What was made. */
export type InitReport = {
  readonly facility: string;
  readonly node: number;
  readonly dataDirectory: string;
  readonly accounts: readonly { readonly login: string; readonly role: string }[];
  readonly unlock: 'unattended' | 'staff';
  /** Whose password opens the database where staff do: those strong enough for it. */
  readonly unlockers: readonly string[];
  /** Twelve words that open the database when nothing else does; shown now and kept nowhere. */
  readonly recoveryWords: readonly string[];
};

/** What making a data directory needs. */
export type InitOptions = {
  readonly directory: DataDirectory;
  readonly answers: unknown;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Makes a node's data directory: keys, identity, database and the first accounts. The identity is written last, so a run
 * that was interrupted left no node; the next one clears what it left. Throws SH-I001 naming each answer that does not do,
 * SH-I180 when staff are to open it and nobody's password is strong enough, SH-K120 when a node is there already, and SH-K101 while another run makes one. Call after `sodiumReady()`.
 */
export async function initialiseNode({ directory, answers, clock, log }: InitOptions): Promise<InitReport> {
  const { facility, administrator, staff, unlock } = checked(answers);
  await refuseFaultyPasswords([administrator, ...staff], facility);
  const people = unlock === 'staff' ? [administrator, ...staff] : [];
  const unlockers = await passwordUnlockers(people, facility.name);
  if (unlock === 'staff' && unlockers.length === 0) throw failKeys('SH-I180');
  const unfinished = join(directory.root, '.init-unfinished');
  refuseTaken(directory, unfinished);
  makeDataDirectory(directory);
  using _lock = lockDataDirectory(directory.lockFile);
  // Once more, for another run may have had the lock until now; and only under it is anything deleted that was left.
  refuseTaken(directory, unfinished);
  clearUnfinished(directory);
  writeFileSync(unfinished, '', { mode: 0o600 });

  const identity = newNodeIdentity(facility, randomBytes);
  const recovery = recoveryUnlocker();
  const options = { cipher: preferredCipher(), nowMs: clock.now() };
  const others = [...unlockers, recovery.unlocker];
  const ring =
    unlock === 'unattended'
      ? createRingWithFile(directory, { ...options, others })
      : KeyRing.create(directory.keyRingFile, { ...options, unlockers: others });
  const db = await openNodeDatabase({ directory, ring, clock, log, mayCreate: true });
  try {
    const people = peopleOf({ db, identity, clock });
    const accounts = [];
    for (const request of [administrator, ...staff]) {
      const { login, role } = await people.createAccount(request);
      accounts.push({ login, role });
    }
    new CertificateService({
      ...{ db, facility, clock, log, configuredNames: [], host: thisHost },
      file: directory.lanCertificateFile,
    }).refresh();
    writeNodeIdentity(directory.identityFile, identity);
    rmSync(unfinished);
    return {
      ...{ facility: facility.code, node: identity.node, dataDirectory: directory.root, accounts, unlock },
      unlockers: unlockers.map(({ login }) => login ?? ''),
      recoveryWords: recovery.words,
    };
  } finally {
    db.close();
  }
}

async function passwordUnlockers(
  people: readonly z.output<typeof accountRequest>[],
  facilityName: string,
): Promise<readonly NewUnlocker[]> {
  const found: NewUnlocker[] = [];
  // One after the other: each takes 64 MB while it is computed.
  for (const { login, password, familyName, givenName } of people) {
    const known = [familyName, givenName ?? '', facilityName];
    const unlocker = await passwordUnlocker({ login, password, known });
    if (unlocker !== undefined) found.push(unlocker);
  }
  return found;
}

function checked(answers: unknown): z.output<typeof initAnswers> {
  const { data, error } = initAnswers.safeParse(answers, { error: z.locales.fr().localeError });
  if (error !== undefined) throw failRuntime('SH-I001', { fields: fieldProblems(error) });
  return data;
}

/** Said before anything is made, naming each answer. */
async function refuseFaultyPasswords(
  people: readonly z.output<typeof accountRequest>[],
  { code, name }: z.output<typeof initAnswers>['facility'],
): Promise<void> {
  const faulty: FieldProblem[] = [];
  for (const [index, { login, password, familyName, givenName }] of people.entries()) {
    const own = [login, familyName, givenName, code, name];
    const field = index === 0 ? 'administrator.password' : `staff.${index - 1}.password`;
    const problem = await faultyPassword(password, { own, field });
    if (problem !== undefined) faulty.push(problem);
  }
  if (faulty.length > 0) throw failRuntime('SH-I001', { fields: faulty });
}

/** Only what an interrupted run marked as its own may ever be deleted. */
function refuseTaken(directory: DataDirectory, unfinished: string): void {
  const { root, identityFile, keyRingFile, unlockFile, databaseFile } = directory;
  const isThere = [identityFile, keyRingFile, unlockFile, databaseFile].some(existsSync);
  if (isThere && (existsSync(identityFile) || !existsSync(unfinished))) throw failSetup('SH-K120', { why: root });
}

function clearUnfinished({ keyRingFile, unlockFile, databaseFile }: DataDirectory): void {
  // Beside the database lies the lock, which is held.
  for (const file of [keyRingFile, unlockFile, databaseFile, `${databaseFile}-wal`, `${databaseFile}-shm`])
    rmSync(file, { force: true });
}

function peopleOf({
  db,
  identity,
  clock,
}: {
  readonly db: RecordStore['db'];
  readonly identity: NodeIdentity;
  readonly clock: Clock;
}): PeopleService {
  const origin = { node: identity.node, incarnation: toHex(randomBytes(6)), journalKey: fromHex(identity.journalKey) };
  // Whoever sets a node up has looked at its clock.
  const timekeeper = new Timekeeper({ clock, hasRtc: true, stored: readClockState(db) });
  const store = new RecordStore({ db, origin, timekeeper, clock, indexers: [patientIndexer()] });
  const audit = new AuditService({ db, clock });
  return new PeopleService({ store, audit, clock, facility: { ...identity.facility, recordId: () => null } });
}
