import type {
  PolicyEdition,
  PolicyLine,
  PolicyPreview,
  PolicyPreviewRequest,
  PolicyRequest,
  PolicySet,
  PolicyShown,
} from '@santehaggui/protocols/api/policies-api.ts';
import { ceilingRules, effectiveRules, type PolicyTexts } from '@santehaggui/protocols/permissions/effective-rules.ts';
import type { PermissionRule } from '@santehaggui/protocols/permissions/permission-rule.ts';
import { changeWords } from '@santehaggui/protocols/permissions/permission-words.ts';
import { rightsDifference } from '@santehaggui/protocols/permissions/rights-difference.ts';
import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { HubDraft, HubOrigin } from '../registers/hub-origin-service.ts';
import { hubWrites } from '../registers/hub-writes.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { giveRecords } from '../routing/delivery-service.ts';
import { distribute } from '../routing/routing-service.ts';
import {
  addEdition,
  allFacilities,
  type ConcernedFacility,
  type EditionRow,
  editionsOf,
  latestEditions,
  lockPolicies,
  policyRecords,
} from './policies-store.ts';

/** What the service is made of. */
export type PoliciesOptions = {
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  readonly clock: Clock;
  readonly log: Log;
};

/** Rules as texts: what a `rolePolicy` holds. */
type Texts = { readonly rules: string | null; readonly ceiling: string | null };

type Found = { readonly facilities: readonly ConcernedFacility[]; readonly record: RecordRow | undefined };

/**
 * What each role may do, everywhere or in one district: set here, kept edition by edition, and carried to the nodes as a record
 * (docs/protocol.md, 12).
 */
export class PoliciesService {
  readonly #options: PoliciesOptions;

  constructor(options: PoliciesOptions) {
    this.#options = options;
  }

  /** The policies in force: roles that are not here have the presets. */
  async list(): Promise<readonly PolicyLine[]> {
    const rows = await this.#options.database.transaction(latestEditions, { isReadOnly: true });
    return rows.map(lineOf);
  }

  /** What applies to a role, and all editions of it, the newest first. */
  async show({ role, district }: PolicyPreviewRequest): Promise<PolicyShown> {
    return this.#options.database.transaction(
      async (sql) => {
        const present = textsOf((await find(sql, role, district)).record);
        const editions = await editionsOf(sql, role, district ?? null);
        return {
          ...{ role, district: district ?? null },
          rules: baseOf(role, present),
          ceiling: ceilingRules(role, policyOf(present)),
          editions: editions.map(editionOf),
        };
      },
      { isReadOnly: true },
    );
  }

  /** Who would gain and lose what. Throws SH-N313 for a district without facilities. */
  preview(request: PolicyPreviewRequest, language: Language): Promise<PolicyPreview> {
    const { role, district } = request;
    return this.#options.database.transaction(
      async (sql) => previewOf(request, await find(sql, role, district), language),
      { isReadOnly: true },
    );
  }

  /** Sets it: the next edition, on its way to every facility that it is for. Throws what {@link preview} throws. */
  async set(request: PolicyRequest, language: Language): Promise<PolicySet> {
    const { database, log } = this.#options;
    const made = await database.transaction((sql) => this.#set(sql, request, language));
    const { role, district = null } = request;
    log.info('policies.set', { role, district, edition: made.edition, facilities: made.facilities.length });
    return made;
  }

  /** Gives a facility the policies that are for it, as far as it lacks them; the caller holds its lock. */
  readonly give = async (sql: Sql, code: string, receivedAt: Date): Promise<void> => {
    await lockPolicies(sql);
    const own = (await allFacilities(sql)).find((facility) => facility.code === code);
    if (own === undefined) return;
    const district = (await districtsOf(sql, [own])).get(code);
    const records = await policyRecords(sql);
    const ids = records.filter((one) => one.district === null || one.district === district).map(({ id }) => id);
    await giveRecords({ sql, source: REGISTRY, destination: code, ids, receivedAt });
  };

  async #set(sql: Sql, request: PolicyRequest, language: Language): Promise<PolicySet> {
    const { origin, clock } = this.#options;
    const { role, district, reason } = request;
    await lockPolicies(sql);
    const found = await find(sql, role, district);
    await lockFacilities(
      sql,
      found.facilities.map(({ code }) => code),
    );
    const preview = previewOf(request, found, language);
    const nowMs = clock.now();
    const receivedAt = new Date(nowMs);
    // A restored hub may have forgotten an edition that its nodes gave back to the registry.
    const last = Math.max((await editionsOf(sql, role, district ?? null))[0]?.edition ?? 0, editionIn(found.record));
    const edition = last + 1;
    const texts = changed(request, textsOf(found.record));
    const draft = draftOf({ role, district, reason, edition, ...texts }, found.record);
    const completed = await origin.append({ sql, drafts: [draft], nowMs });
    const [recordId] = completed.flatMap(({ change }) => (change.kind === 'record' ? [change.recordId] : []));
    if (recordId === undefined) throw new TypeError('the registry wrote no record');
    if (found.record !== undefined) await distribute({ sql, from: REGISTRY, completed, receivedAt });
    for (const { code: destination } of found.facilities)
      await giveRecords({ sql, source: REGISTRY, destination, ids: [recordId], receivedAt });
    await addEdition(sql, {
      ...{ recordId, edition, role, district: district ?? null, reason, setBy: 'operator', setAt: receivedAt },
      ...{ rules: parsed(texts.rules), ceiling: parsed(texts.ceiling) },
      changes: [...preview.changes, ...preview.ceilingChanges].map(({ words }) => words),
    });
    return { edition, ...preview };
  }
}

/** The record of a role's policy, and the facilities that it is for. Throws SH-N313 where there are none. */
async function find(sql: Sql, role: string, district: string | undefined): Promise<Found> {
  const facilities = await allFacilities(sql);
  const districts = district === undefined ? undefined : await districtsOf(sql, facilities);
  const concerned = facilities.filter(({ code }) => districts === undefined || districts.get(code) === district);
  if (district !== undefined && concerned.length === 0) throw failHub('SH-N313', { why: district });
  const ids = (await policyRecords(sql))
    .filter((one) => one.role === role && one.district === (district ?? null))
    .map(({ id }) => id);
  const records = await new Register(sql, REGISTRY).records(ids);
  const [record] = [...records.values()].sort((left, right) => editionIn(right) - editionIn(left));
  return { facilities: concerned, record };
}

async function districtsOf(sql: Sql, facilities: readonly ConcernedFacility[]): Promise<ReadonlyMap<string, unknown>> {
  const facility = recordTypeNamed('facility');
  const records = await new Register(sql, REGISTRY).records(facilities.map(({ recordId }) => recordId));
  return new Map(
    facilities.map(({ code, recordId }) => [code, namedFields(facility, records.get(recordId)?.fields ?? {}).district]),
  );
}

function editionIn(record: RecordRow | undefined): number {
  return Number(namedFields(rolePolicy, record?.fields ?? {}).edition ?? 0);
}

function previewOf(request: PolicyPreviewRequest, { facilities, record }: Found, language: Language): PolicyPreview {
  const { role } = request;
  const before = textsOf(record);
  const after = changed(request, before);
  const told = (was: readonly PermissionRule[], is: readonly PermissionRule[]) =>
    rightsDifference(was, is).map((change) => ({ kind: change.kind, words: changeWords(change, language) }));
  return {
    facilities: facilities.map(({ code }) => code),
    changes: told(baseOf(role, before), baseOf(role, after)),
    ceilingChanges: told(ceilingRules(role, policyOf(before)), ceilingRules(role, policyOf(after))),
  };
}

function changed({ rules, ceiling }: PolicyPreviewRequest, present: Texts): Texts {
  const text = (given: readonly PermissionRule[] | null | undefined, otherwise: string | null): string | null =>
    given === undefined ? otherwise : given === null ? null : JSON.stringify(given);
  return { rules: text(rules, present.rules), ceiling: text(ceiling, present.ceiling) };
}

function textsOf(record: RecordRow | undefined): Texts {
  const { rules, ceiling } = namedFields(rolePolicy, record?.fields ?? {});
  return { rules: typeof rules === 'string' ? rules : null, ceiling: typeof ceiling === 'string' ? ceiling : null };
}

function policyOf({ rules, ceiling }: Texts): PolicyTexts {
  return { rules: rules ?? undefined, ceiling: ceiling ?? undefined };
}

function baseOf(role: Role, texts: Texts): readonly PermissionRule[] {
  return effectiveRules(role, { policy: policyOf(texts), facility: undefined }).rules;
}

function draftOf(
  fields: Texts & {
    readonly role: string;
    readonly district: string | undefined;
    readonly reason: string;
    readonly edition: number;
  },
  record: RecordRow | undefined,
): HubDraft {
  const { role, district = null, ...edited } = fields;
  const writes = hubWrites(rolePolicy, record === undefined ? { role, district, ...edited } : edited, record);
  const recordType = rolePolicy.number;
  return record === undefined
    ? { kind: 'create', recordType, writes }
    : { kind: 'patch', recordType, recordId: record.id, writes };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function lineOf({ role, district, edition, reason, setBy, setAt }: EditionRow): PolicyLine {
  return { role, district, edition, reason, setBy, at: setAt.toISOString() };
}

function editionOf(row: EditionRow): PolicyEdition {
  return { ...lineOf(row), rules: row.rules, ceiling: row.ceiling };
}
