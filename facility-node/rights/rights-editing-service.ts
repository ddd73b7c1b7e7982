import type { RightsEdition, RightsPreview, RoleLine, RoleRights } from '@santehaggui/protocols/api/rights-api.ts';
import { PermissionAbility } from '@santehaggui/protocols/permissions/ability.ts';
import {
  ceilingRules,
  type EffectiveRules,
  effectiveRules,
  isWithin,
  type PolicyTexts,
} from '@santehaggui/protocols/permissions/effective-rules.ts';
import {
  ACTIONS,
  type PermissionRule,
  readRules,
  SUBJECTS,
} from '@santehaggui/protocols/permissions/permission-rule.ts';
import { actionWords, changeWords, subjectWords } from '@santehaggui/protocols/permissions/permission-words.ts';
import { reachOf, rightsDifference } from '@santehaggui/protocols/permissions/rights-difference.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { facilityRights } from '@santehaggui/protocols/records/facility-rights.ts';
import { ROLES, type Role } from '@santehaggui/protocols/records/record-type.ts';
import { roleWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import { policyTexts, textOf } from '../access/permission-service.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { failRights } from './rights-errors.ts';

/** What the service is made of. */
export type RightsEditingOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly access: RecordAccess;
  readonly once: OnceService;
};

/** An edition of the facility's rules for a role; `edition`: the one that it was made from. */
export type EnteredEdition = {
  readonly rules: readonly PermissionRule[];
  readonly edition: number;
  readonly reason: string;
};

/** Fields of every record that are for programs, not for people. */
const OF_PROGRAMS = ['identifier', 'source'];

/** The facility's own rules: shown beside the hub's, tried out, and set; each edition audited and kept. */
export class RightsEditingService {
  readonly #options: RightsEditingOptions;

  constructor(options: RightsEditingOptions) {
    this.#options = options;
  }

  /** One line for each role of staff. */
  roles(language: Language): readonly RoleLine[] {
    return ROLES.filter((role) => role !== 'system').map((role) => this.#line(role, language));
  }

  /** All about one role. Throws SH-A002 where the facility's rules are not for this person. */
  show(staff: Staff, role: Role, language: Language): RoleRights {
    const { access } = this.#options;
    const { facility } = access.permissions.storedOf(role);
    if (facility !== undefined) access.require(staff, 'read', facility, ['rules']);
    const own = ownRules(facility);
    const base = this.#effective(role, undefined);
    const here = access.permissions.effectiveOf(role);
    const ceiling = ceilingRules(role, this.#policy(role));
    return {
      ...this.#line(role, language),
      ...{ reason: textOf(facility, 'reason') ?? null, staff: this.#people(role) },
      ...{ base: [...base.rules], ceiling: [...ceiling], own: [...own], beyond: [...here.beyond] },
      isWhole: here.isWhole,
      grid: SUBJECTS.map((subject) => ({
        subject,
        words: subjectWords(subject, language),
        cells: ACTIONS.map((action) => ({
          ...{ action, words: actionWords(action, language) },
          base: reachOf(base.rules, action, subject),
          here: reachOf(here.rules, action, subject),
          mayGive: isWithin({ action, subject }, ceiling),
        })),
        fields: fieldsOf(subject, here.rules, language),
      })),
      editions: facility === undefined ? [] : this.#editions(facility),
    };
  }

  /** What the role would gain and lose by these rules. Throws SH-I220 naming those that go beyond the ceiling. */
  preview(role: Role, rules: readonly PermissionRule[], language: Language): RightsPreview {
    const after = this.#effective(role, rules);
    const before = this.#options.access.permissions.effectiveOf(role);
    const ceiling = ceilingRules(role, this.#policy(role));
    const problems = rules.flatMap((rule, index): readonly FieldProblem[] =>
      rule.inverted === true || isWithin(rule, ceiling)
        ? []
        : [{ field: `rules.${index}`, message: { fr: 'au-delà du plafond', en: 'beyond the ceiling' } }],
    );
    if (problems.length > 0) throw failRights('SH-I220', { fields: problems });
    const changes = rightsDifference(before.rules, after.rules).map((change) => ({
      ...change,
      ...{ gainedFields: [...change.gainedFields], lostFields: [...change.lostFields] },
      words: changeWords(change, language),
    }));
    return { staff: this.#people(role), changes };
  }

  /**
   * Sets the facility's rules for a role. Throws what {@link preview} throws, SH-K220 when they were changed since, SH-K221 when
   * nobody with an account could change rights any more.
   */
  edit(post: Post & { readonly body: EnteredEdition }, role: Role, language: Language): Made<RightsEdition> {
    const { once, access, audit } = this.#options;
    const { staff, body } = post;
    return once.once(post, (tx) => {
      const { facility } = access.permissions.storedOf(role);
      const present = editionOf(facility);
      if (body.edition !== present) throw failRights('SH-K220', { why: String(present) });
      const preview = this.preview(role, body.rules, language);
      if (!this.#someoneStillEdits(role, body.rules)) throw failRights('SH-K221');
      const edition = present + 1;
      const fields = { rules: JSON.stringify(body.rules), edition, reason: body.reason };
      const id = facility?.id ?? tx.create(facilityRights, { role, ...fields });
      if (facility !== undefined) tx.patch(id, fields);
      audit.append(staff, {
        ...{ action: 'update', recordType: facilityRights.name, recordId: id, purpose: 'SYSADMIN' },
        detail: { role, edition, changes: preview.changes.map(({ words }) => words) },
      });
      return { status: 201, body: { edition, ...preview }, record: { type: facilityRights.name, id } };
    });
  }

  #line(role: Role, language: Language): RoleLine {
    const { policy, facility } = this.#options.access.permissions.storedOf(role);
    return {
      ...{ role, words: roleWords(role, language), people: this.#options.access.permissions.accountsOf(role).length },
      ...{ edition: editionOf(facility), policyEdition: editionOf(policy) },
    };
  }

  #effective(role: Role, own: readonly PermissionRule[] | undefined): EffectiveRules {
    const facility = own === undefined ? undefined : JSON.stringify(own);
    return effectiveRules(role, { policy: this.#policy(role), facility });
  }

  #policy(role: Role): PolicyTexts | undefined {
    const { policy } = this.#options.access.permissions.storedOf(role);
    return policy === undefined ? undefined : policyTexts(policy);
  }

  #someoneStillEdits(edited: Role, rules: readonly PermissionRule[]): boolean {
    const { permissions } = this.#options.access;
    return ROLES.some((role) => {
      if (permissions.accountsOf(role).length === 0) return false;
      const ability = new PermissionAbility(
        role === edited ? this.#effective(role, rules).rules : permissions.effectiveOf(role).rules,
      );
      return ability.may('update', 'facilityRights', permissions.circumstancesOf({ role }));
    });
  }

  #people(role: Role): RightsPreview['staff'] {
    return this.#options.access.permissions
      .accountsOf(role)
      .map(({ login, practitionerId }) => ({ login, name: this.#nameOf(practitionerId) ?? login }));
  }

  /** From the journal, the newest first. */
  #editions({ id }: StoredRecord): RoleRights['editions'] {
    const { number: rulesField } = facilityRights.fields.rules;
    const { number: editionField } = facilityRights.fields.edition;
    const { number: reasonField } = facilityRights.fields.reason;
    const changes = this.#options.store.tables().records.changesOf(id);
    const told = changes.flatMap(({ writes, author, orderClock }) => {
      const written = (field: number): unknown => {
        const write = writes[String(field)];
        return write?.kind === 'register' ? write.value : undefined;
      };
      const edition = written(editionField);
      if (typeof edition !== 'number') return [];
      return [
        {
          ...{ edition, at: new Date(orderClock.ms).toISOString() },
          by: (author === null ? undefined : this.#nameOf(author)) ?? '—',
          reason: String(written(reasonField) ?? ''),
          rules: [...(readRules(String(written(rulesField) ?? '[]'))?.rules ?? [])],
        },
      ];
    });
    return told.reverse();
  }

  #nameOf(recordId: string): string | undefined {
    const fields = this.#options.store.record(recordId)?.fields;
    const name = [fields?.givenName, fields?.familyName].filter((part) => typeof part === 'string').join(' ');
    return name === '' ? undefined : name;
  }
}

function ownRules(facility: StoredRecord | undefined): readonly PermissionRule[] {
  return readRules(textOf(facility, 'rules') ?? '[]')?.rules ?? [];
}

function editionOf(record: StoredRecord | undefined): number {
  return typeof record?.fields.edition === 'number' ? record.fields.edition : 0;
}

function fieldsOf(
  subject: string,
  rules: readonly PermissionRule[],
  language: Language,
): RoleRights['grid'][number]['fields'] {
  const type = RECORD_TYPES.find(({ name }) => name === subject);
  if (type === undefined) return [];
  const hidden = new Set(
    rules
      .filter(({ inverted, conditions }) => inverted === true && conditions === undefined)
      .filter((rule) => [rule.action].flat().includes('read') && ([rule.subject].flat() as string[]).includes(subject))
      .flatMap(({ fields = [] }) => fields),
  );
  return Object.entries(type.fields)
    .filter(([name]) => !OF_PROGRAMS.includes(name))
    .map(([name, { label }]) => ({ name, words: label[language], isRead: !hidden.has(name) }));
}
