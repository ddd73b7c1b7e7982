import { RECORD_TYPES } from '../records/catalogue.ts';
import type { Action, Subject } from './permission-rule.ts';
import type { Reach, RightChange } from './rights-difference.ts';

type Language = 'fr' | 'en';
type Words = Readonly<Record<Language, string>>;

const ACTION_WORDS: Readonly<Record<Action, Words>> = {
  read: { fr: 'lire', en: 'read' },
  create: { fr: 'enregistrer', en: 'record' },
  update: { fr: 'modifier', en: 'change' },
  export: { fr: 'exporter', en: 'export' },
  import: { fr: 'importer', en: 'import' },
};

const OTHER_SUBJECT_WORDS: Readonly<Record<string, Words>> = {
  conflict: { fr: 'Conflits à départager', en: 'Conflicts to decide' },
  records: { fr: 'Toutes les fiches, en bloc', en: 'All records, in bulk' },
  report: { fr: 'Rapports sans nom', en: 'Reports without names' },
  device: { fr: 'Appareils enrôlés', en: 'Enrolled devices' },
  account: { fr: 'Comptes du personnel', en: 'Accounts of staff' },
  audit: { fr: 'Journal d’audit', en: 'Audit trail' },
};

const REACH_WORDS: Readonly<Record<Reach, Words>> = {
  none: { fr: 'jamais', en: 'never' },
  fields: { fr: 'en partie', en: 'in part' },
  conditions: { fr: 'sous condition', en: 'under conditions' },
  all: { fr: 'toujours', en: 'always' },
};

/** An action in people's words. */
export function actionWords(action: Action, language: Language): string {
  return ACTION_WORDS[action][language];
}

/** What is acted on, in people's words. */
export function subjectWords(subject: Subject, language: Language): string {
  const type = RECORD_TYPES.find(({ name }) => name === subject);
  return type?.label[language] ?? OTHER_SUBJECT_WORDS[subject]?.[language] ?? subject;
}

/** One line of a preview: what, in which fields, from how far to how far. */
export function changeWords(change: RightChange, language: Language): string {
  const { action, subject, before, after } = change;
  const labels = RECORD_TYPES.find(({ name }) => name === subject)?.fields ?? {};
  const named = (sign: string, fields: readonly string[]): readonly string[] =>
    fields.length === 0 ? [] : [`${sign} ${fields.map((name) => labels[name]?.label[language] ?? name).join(', ')}`];
  const details = [...named('+', change.gainedFields), ...named('−', change.lostFields)].join(' ; ');
  const reach = `${REACH_WORDS[before][language]} → ${REACH_WORDS[after][language]}`;
  const what = `${subjectWords(subject, language)}, ${actionWords(action, language)}`;
  return language === 'fr'
    ? `${what} : ${reach}${details === '' ? '' : ` (${details})`}`
    : `${what}: ${reach}${details === '' ? '' : ` (${details})`}`;
}
