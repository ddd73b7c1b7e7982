import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { facilityRights } from '@santehaggui/protocols/records/facility-rights.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import type { Database, Statement } from 'better-sqlite3';

const POLICY = rolePolicy.number;
const RIGHTS = facilityRights.number;

/** Who made a record: the node, and the practitioner's record id (null for the daemon itself). */
export type Maker = { readonly node: number; readonly author: string | null };

/** A record with permissions, as it stands. */
export type StoredRules = { readonly id: string; readonly stamp: string };

/** An account that rules concern. */
export type AccountOfRole = { readonly login: string; readonly practitionerId: string };

/** Whose care is asked for: by whom, at which node, and what counts as now (from then on, ms since 1970). */
export type CareQuestion = {
  readonly patient: string;
  readonly practitioner: string;
  readonly node: number;
  readonly since: number;
};

/** What rules look at and no record tells itself. */
export class AccessStore {
  readonly #rules: Statement<[], StoredRules>;
  readonly #maker: Statement<[string], { node: number; meta: Buffer; fields: Buffer }>;
  readonly #staffMakers: Statement<[string], number>;
  readonly #accounts: Statement<[string], AccountOfRole>;
  readonly #isCaredFor: Statement<[CareQuestion], number>;

  constructor(db: Database) {
    this.#rules = db.prepare(
      `select id, last_stamp as stamp from record
       where type = ${POLICY} or type = ${RIGHTS} order by created_position`,
    );
    this.#maker = db.prepare(
      'select node, meta, fields from journal where position = (select created_position from record where id = ?)',
    );
    this.#staffMakers = db
      .prepare<[string], number>(
        `select distinct journal.node from practitioner join record on record.id = practitioner.id
         join journal on journal.position = record.created_position where practitioner.facility = ?`,
      )
      .pluck();
    this.#accounts = db.prepare(
      `select login, practitioner_id as practitionerId from account
       where coalesce(role_here, role) = ? and disabled_at is null and shut_here_at is null and ended_at is null order by login`,
    );
    this.#isCaredFor = db
      .prepare<[CareQuestion], number>(
        `select exists (
             select 1 from encounter
             join record on record.id = encounter.id join journal on journal.position = record.created_position
             where encounter.patient = @patient
               and (encounter.practitioner = @practitioner or (journal.node = @node and encounter.start >= @since)))
           or exists (
             select 1 from record join journal on journal.position = record.created_position
             where record.id = @patient and journal.node = @node and journal.received_at >= @since)
           or exists (
             select 1 from referral where patient = @patient and coalesce(status, '') not in ('closed', 'cancelled'))`,
      )
      .pluck();
  }

  /** All records with permissions, the oldest here first. */
  rules(): readonly StoredRules[] {
    return this.#rules.all();
  }

  /** The accounts of a role that can sign in. */
  accountsOf(role: string): readonly AccountOfRole[] {
    return this.#accounts.all(role);
  }

  /** Who made a record that is here. */
  makerOf(recordId: string): Maker | undefined {
    const row = this.#maker.get(recordId);
    if (row === undefined) return undefined;
    const change = decodeChange(row);
    return { node: row.node, author: change.kind === 'record' ? change.author : null };
  }

  /** The nodes at which a facility's staff were given their accounts: its present one, and those that this has replaced. */
  nodesOf(facilityId: string): ReadonlySet<number> {
    return new Set(this.#staffMakers.all(facilityId));
  }

  /**
   * Whether the practitioner has seen the patient, or anybody here has since then, or the patient was registered here since then,
   * or is being referred.
   */
  isCaredFor(question: CareQuestion): boolean {
    return this.#isCaredFor.get(question) === 1;
  }
}
