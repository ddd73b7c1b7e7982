import { describe, expect, it } from 'vitest';
import { ROLES } from '../records/record-type.ts';
import { presetRules } from './permission-presets.ts';
import { type PermissionRule, SUBJECTS } from './permission-rule.ts';
import { changeWords, subjectWords } from './permission-words.ts';
import { reachOf, rightsDifference } from './rights-difference.ts';

const nurse = presetRules('nurse');
const nina: PermissionRule = { action: 'read', subject: 'patient', fields: ['nina'], inverted: true };

describe('what an edition changes', () => {
  it('is nothing where the rules mean the same, however they are written', () => {
    for (const role of ROLES) {
      const rules = presetRules(role);
      expect(rightsDifference(rules, [...rules].reverse())).toEqual([]);
      const split = rules.flatMap((rule) => [rule.action].flat().map((action) => ({ ...rule, action })));
      expect(rightsDifference(rules, split)).toEqual([]);
    }
  });

  it('tells what is gained and lost, whole or in fields', () => {
    const after: readonly PermissionRule[] = [
      ...nurse.filter(({ subject }) => subject !== 'alert'),
      { action: 'export', subject: 'records' },
      nina,
    ];
    expect(rightsDifference(nurse, after)).toEqual([
      {
        ...{ action: 'read', subject: 'patient', kind: 'lost', before: 'all', after: 'fields' },
        ...{ gainedFields: [], lostFields: ['nina'] },
      },
      {
        ...{ action: 'read', subject: 'alert', kind: 'lost', before: 'all', after: 'none' },
        ...{ gainedFields: [], lostFields: [] },
      },
      {
        ...{ action: 'export', subject: 'records', kind: 'gained', before: 'none', after: 'all' },
        ...{ gainedFields: [], lostFields: [] },
      },
    ]);
    expect(rightsDifference(after, nurse).map(({ kind }) => kind)).toEqual(['gained', 'gained', 'lost']);
  });

  it('sees conditions come, go and change', () => {
    const when = (conditions: PermissionRule['conditions']): readonly PermissionRule[] => [
      { action: 'read', subject: 'referral', conditions },
    ];
    const always: readonly PermissionRule[] = [{ action: 'read', subject: 'referral' }];
    expect(rightsDifference(always, when({ facility: 'own' }))).toMatchObject([{ kind: 'lost', after: 'conditions' }]);
    expect(rightsDifference(when({ facility: 'own' }), when({ facility: 'other' }))).toMatchObject([
      { kind: 'changed', before: 'conditions', after: 'conditions' },
    ]);
    const night: PermissionRule = { ...always[0]!, inverted: true, conditions: { time: { $gte: '19:00' } } };
    expect(reachOf([...always, night], 'read', 'referral')).toBe('conditions');
    expect(reachOf([...always, { ...always[0]!, inverted: true }], 'read', 'referral')).toBe('none');
  });

  it('is told in words, of every subject', () => {
    const [change] = rightsDifference(nurse, [...nurse, nina]);
    expect(changeWords(change!, 'fr')).toBe('Patient, lire : toujours → en partie (− NINA)');
    expect(changeWords(change!, 'en')).toMatch(/^Patient, read: always → in part \(− /);
    for (const subject of SUBJECTS) expect(subjectWords(subject, 'fr')).not.toBe(subject);
  });
});
