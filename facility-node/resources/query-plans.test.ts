import { allergyIntolerance } from '@santehaggui/protocols/records/allergy-intolerance.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { condition } from '@santehaggui/protocols/records/condition.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { encounter } from '@santehaggui/protocols/records/encounter.ts';
import { immunization } from '@santehaggui/protocols/records/immunization.ts';
import { medicationRequest } from '@santehaggui/protocols/records/medication-request.ts';
import { observation } from '@santehaggui/protocols/records/observation.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import { describe, expect, it } from 'vitest';
import { AccessStore } from '../access/access-store.ts';
import { ConflictStore } from '../conflicts/conflict-store.ts';
import { ConsentStore } from '../consent/consent-store.ts';
import { ConsultationsStore } from '../consultations/consultations-store.ts';
import { PatientSearchStore } from '../patients/patient-search-store.ts';
import { EmergencyGrants } from '../store/emergency-grants.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { SurveillanceStore } from '../surveillance/surveillance-store.ts';
import { ResourcesStore } from './resources-store.ts';

/** How SQLite would run each select (or `kind` of statement) that the work prepares. */
const plansOf = (node: TestStore, work: (db: TestStore['db']) => void, kind = /^\s*select/): readonly string[] => {
  const prepared: string[] = [];
  const listening = new Proxy(node.db, {
    get: (db, name) => {
      if (name !== 'prepare') return Reflect.get(db, name);
      return (sql: string) => {
        prepared.push(sql);
        return db.prepare(sql);
      };
    },
  });
  work(listening);
  const selects = prepared.filter((sql) => kind.test(sql));
  return selects.map((sql) => {
    // A value that is written out plans otherwise than one that is bound.
    const asked = sql.replaceAll(/@\w+/g, '?');
    const statement = node.db.prepare(`explain query plan ${asked}`);
    return (statement.all(...Array.from(asked.matchAll(/\?/g), () => 'x')) as { detail: string }[])
      .map(({ detail }) => detail)
      .join('\n');
  });
};

const page = { after: 0, limit: 50 };

describe('the plans of hot queries', () => {
  it('find the records of a patient and of a consultation by an index, already in order', async () => {
    await using node = await openTestStore();
    const lists = [
      [observation, {}, 'record_in_order'],
      [encounter, { patient: 'x' }, 'record_field_1'],
      [observation, { patient: 'x' }, 'record_field_1'],
      [observation, { encounter: 'x' }, 'record_field_2'],
      [condition, { patient: 'x' }, 'record_field_1'],
      [condition, { encounter: 'x' }, 'record_field_2'],
      [allergyIntolerance, { patient: 'x' }, 'record_field_1'],
      [medicationRequest, { patient: 'x' }, 'record_field_1'],
      [medicationRequest, { encounter: 'x' }, 'record_field_2'],
      [immunization, { patient: 'x' }, 'record_field_1'],
      [immunization, { encounter: 'x' }, 'record_field_2'],
      [consent, { patient: 'x' }, 'record_field_1'],
      [documentReference, { patient: 'x' }, 'record_field_1'],
      [documentReference, { encounter: 'x' }, 'record_field_2'],
      [referral, { patient: 'x' }, 'record_field_2'],
    ] as const;
    for (const [type, filter, index] of lists) {
      const equal = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, [value]]));
      const plans = plansOf(node, (db) => new ResourcesStore(db).list(type, { ...page, equal }));
      expect(plans.at(-1), index).toMatch(new RegExp(`^SEARCH record USING (?:COVERING )?INDEX ${index} `));
      expect(plans.at(-1)).not.toContain('B-TREE');
    }
  });

  it('find all of a type by the index of the few, or in their order where they are many', async () => {
    await using node = await openTestStore();
    const isMany = [encounter, observation, condition, medicationRequest, immunization].map(({ name }) => name);
    for (const type of RECORD_TYPES) {
      const list = plansOf(node, (db) => new ResourcesStore(db).list(type, { ...page, equal: {} })).at(-1);
      const index = isMany.includes(type.name) ? 'record_in_order' : 'record_by_age';
      expect(list, type.name).toMatch(new RegExp(`^SEARCH record USING (?:COVERING )?INDEX ${index} `));
      expect(list, type.name).not.toContain('B-TREE');
    }
    const rules = plansOf(node, (db) => new AccessStore(db))[0];
    expect(rules).not.toMatch(/SCAN record|record_in_order/);
  });

  it('find what a patient’s record replaced, and the conflicts in their order, by an index', async () => {
    await using node = await openTestStore();
    const several = plansOf(node, (db) =>
      new ResourcesStore(db).list(observation, { ...page, equal: { patient: ['x', 'y'] } }),
    );
    expect(several.at(-1)).toContain('INDEX record_field_1');
    const [conflicts, one, ofField] = plansOf(node, (db) => new ConflictStore(db));
    expect(conflicts).toMatch(/^SEARCH conflict USING INDEX conflict_by_time/);
    expect(conflicts).not.toContain('B-TREE');
    expect(one).toContain('SEARCH conflict USING INDEX conflict_by_id');
    expect(ofField).toContain('SEARCH conflict USING PRIMARY KEY');
  });

  it('find the records of one person by indexes: those that hers replaced, and her consents', async () => {
    await using node = await openTestStore();
    const plans = plansOf(
      node,
      (db) => {
        new ResourcesStore(db);
        new ConsentStore(db);
      },
      /^\s*with/,
    );
    expect(plans).toHaveLength(4);
    for (const plan of plans) expect(plan).toContain('INDEX patient_replaced_by');
    for (const plan of plans) expect(plan).not.toMatch(/record_by_age|SCAN record/);
    expect(plans[1]).toContain('INDEX record_field_1');
  });

  it('find what somebody has open in an emergency by indexes alone: each entry of the trail asks', async () => {
    await using node = await openTestStore();
    const [plan] = plansOf(
      node,
      (db) => new EmergencyGrants({ store: { db, ownNode: () => 1 }, clock: node.clock }),
      /^\s*with/,
    );
    expect(plan).toContain('INDEX record_field_2');
    expect(plan).toContain('INDEX patient_number');
    expect(plan).toContain('INDEX patient_replaced_by');
    expect(plan).not.toMatch(/SCAN record/);
  });

  it('read whole no table of records', async () => {
    await using node = await openTestStore();
    const plans = plansOf(node, (db) => {
      new ResourcesStore(db);
      new ConsultationsStore(db);
      new SurveillanceStore(db);
      new PatientSearchStore(db);
    });
    expect(plans).toHaveLength(12);
    expect(plans.filter((plan) => plan.includes('patient_number'))).toHaveLength(1);
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (?!patient_search VIRTUAL TABLE|CONSTANT)/);
    expect(plans.filter((plan) => plan.includes('patient_nina'))).toHaveLength(1);
    const weekly = plans.filter((plan) => plan.includes('encounter_start'));
    expect(weekly).toHaveLength(2);
    expect(weekly[0]).toContain('record_field_2');
    expect(plans.filter((plan) => plan.includes('condition_recorded'))).toHaveLength(1);
    expect(plans.filter((plan) => plan.includes('record_field_1'))).toHaveLength(1);
  });
});
