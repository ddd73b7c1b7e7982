import { type Circumstances, PermissionAbility } from '@santehaggui/protocols/permissions/ability.ts';
import {
  type EffectiveRules,
  effectiveRules,
  type PolicyTexts,
} from '@santehaggui/protocols/permissions/effective-rules.ts';
import {
  ACTIONS,
  type Action,
  OTHER_SUBJECTS,
  type PermissionRule,
  SUBJECTS,
  type Subject,
} from '@santehaggui/protocols/permissions/permission-rule.ts';
import { facility } from '@santehaggui/protocols/records/facility.ts';
import { facilityRights } from '@santehaggui/protocols/records/facility-rights.ts';
import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { Claimant, Permission, StaffRights } from '../people/permissions.ts';
import { EMERGENCY_PURPOSE, type EmergencyGrants } from '../store/emergency-grants.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { AccessStore, type AccountOfRole } from './access-store.ts';

/** What the service is made of. */
export type PermissionOptions = {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly facility: OwnFacility;
  readonly grants: EmergencyGrants;
};

/** What is stored about one role here; undefined where nobody has set anything. */
export type StoredPermissions = {
  readonly policy: StoredRecord | undefined;
  readonly facility: StoredRecord | undefined;
};

type RoleRights = StoredPermissions & { readonly effective: EffectiveRules; readonly ability: PermissionAbility };

/** Of what rules are made; of the facility, which district it is in. */
const RULE_TYPES = [facility, rolePolicy, facilityRights];

const TIME_OF_DAY = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Africa/Bamako',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/**
 * What each role may do at this facility: presets, the hub's rules and the facility's own (docs/protocol.md, 12). The records are
 * looked at in each call, so that an edition counts from the next click on, wherever it was made.
 */
export class PermissionService implements StaffRights {
  readonly #options: PermissionOptions;
  readonly #stored: AccessStore;
  #known: { readonly version: string; readonly roles: ReadonlyMap<Role, RoleRights> } | undefined;
  #lookedAt: string | undefined;
  #isHeld = false;
  #minute: { readonly number: number; readonly time: string } | undefined;

  constructor(options: PermissionOptions) {
    this.#options = options;
    this.#stored = new AccessStore(options.store.db);
  }

  may(claimant: Claimant, action: Action, subject: Subject): boolean {
    return this.abilityOf(claimant.role).may(action, subject, this.circumstancesOf(claimant));
  }

  mayEnter(staff: Staff, action: Action, subject: Subject): boolean {
    if (this.may(staff, action, subject)) return true;
    // Behind the door each record is judged by itself: only what belongs to a patient can be.
    if ((OTHER_SUBJECTS as readonly string[]).includes(subject)) return false;
    const urgent = { role: staff.role, purpose: EMERGENCY_PURPOSE };
    return this.may(urgent, action, subject) && this.#options.grants.openTo(staff.practitionerId).length > 0;
  }

  permissionsOf(claimant: Claimant): readonly Permission[] {
    const ability = this.abilityOf(claimant.role);
    const circumstances = this.circumstancesOf(claimant);
    return SUBJECTS.flatMap((subject) =>
      ACTIONS.filter((action) => ability.may(action, subject, circumstances)).map((action) => ({ action, subject })),
    );
  }

  rulesOf({ role }: Claimant): readonly PermissionRule[] {
    return this.abilityOf(role).rules;
  }

  /** What the rules let a role do. */
  abilityOf(role: Role): PermissionAbility {
    return this.#rights(role).ability;
  }

  /** The rules that apply to a role here, and what of them has no effect. */
  effectiveOf(role: Role): EffectiveRules {
    return this.#rights(role).effective;
  }

  /** The records that the rules of a role stand in. */
  storedOf(role: Role): StoredPermissions {
    const { policy, facility } = this.#rights(role);
    return { policy, facility };
  }

  /** The accounts that the rules of a role concern: those that can sign in. */
  accountsOf(role: Role): readonly AccountOfRole[] {
    return this.#stored.accountsOf(role);
  }

  /** What a claimant's rules may look at before any record: what for, and the time of day here. */
  circumstancesOf({ purpose = 'TREAT' }: Claimant): Circumstances {
    const nowMs = this.#options.clock.now();
    const number = Math.floor(nowMs / 60_000);
    if (this.#minute?.number !== number) this.#minute = { number, time: TIME_OF_DAY.format(nowMs) };
    return { purpose, time: this.#minute.time };
  }

  /** Does work that is judged whole by the rules as they are before it, and may be undone. */
  holding<Result>(work: () => Result): Result {
    this.#lookAgain();
    this.#isHeld = true;
    try {
      return work();
    } finally {
      this.#isHeld = false;
    }
  }

  #rights(role: Role): RoleRights {
    this.#lookAgain();
    return this.#known?.roles.get(role) ?? rightsOf('system', [], undefined);
  }

  #lookAgain(): void {
    if (this.#isHeld) return;
    const { store, facility } = this.#options;
    const mark = `${store.writesOf(RULE_TYPES)} ${facility.recordId()}`;
    if (this.#lookedAt !== mark) this.#look();
    this.#lookedAt = mark;
  }

  #look(): void {
    const { store, facility } = this.#options;
    const own = facility.recordId();
    const rows = this.#stored.rules();
    const ownFacility = own === null ? undefined : store.record(own);
    const version = [ownFacility?.lastStamp ?? '', ...rows.map(({ id, stamp }) => `${id} ${stamp}`)].join('\n');
    if (this.#known?.version !== version) {
      const records = rows.flatMap(({ id }) => store.record(id) ?? []);
      const district = ownFacility?.fields.district;
      this.#known = { version, roles: new Map(ROLES.map((one) => [one, rightsOf(one, records, district)])) };
    }
  }
}

/** Of policies for a role that of the district prevails, then the latest edition. */
function rightsOf(role: Role, records: readonly StoredRecord[], district: unknown): RoleRights {
  const ofRole = records.filter(({ fields }) => fields.role === role);
  const policies = ofRole.filter(
    ({ type, fields }) =>
      type.name === rolePolicy.name && (fields.district === undefined || fields.district === district),
  );
  const ofDistrict = policies.filter(({ fields }) => fields.district !== undefined);
  const policy = latest(ofDistrict.length > 0 ? ofDistrict : policies);
  const facility = latest(ofRole.filter(({ type }) => type.name === facilityRights.name));
  const effective = effectiveRules(role, {
    policy: policy === undefined ? undefined : policyTexts(policy),
    facility: textOf(facility, 'rules'),
  });
  return { policy, facility, effective, ability: new PermissionAbility(effective.rules) };
}

/** What the hub has set, as stored. */
export function policyTexts(policy: StoredRecord): PolicyTexts {
  return { rules: textOf(policy, 'rules'), ceiling: textOf(policy, 'ceiling') };
}

/** A text of a record by the field's name. */
export function textOf(record: StoredRecord | undefined, name: string): string | undefined {
  const value = record?.fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** Two nodes of one facility may each have begun a record for the role. */
function latest(records: readonly StoredRecord[]): StoredRecord | undefined {
  const editionOf = ({ fields }: StoredRecord): number => Number(fields.edition ?? 0);
  return [...records].sort(
    (left, right) => editionOf(right) - editionOf(left) || (left.lastStamp < right.lastStamp ? 1 : -1),
  )[0];
}
