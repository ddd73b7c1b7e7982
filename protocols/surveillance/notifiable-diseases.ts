/** A disease that facilities count and report each week. */
export type NotifiableDisease = {
  /** Its place in packed counts (`report-counts.ts`): stable for ever and never reused. */
  readonly number: number;
  /** Stable key in reports and facts. */
  readonly key: string;
  readonly fr: string;
  /** ICD-10 codes: a code counts when it starts with one of these. */
  readonly icd10: readonly string[];
  /** Whether one suspected case must be told at once. */
  readonly isImmediate: boolean;
};

/**
 * The diseases of the weekly report: décret 07-165/P-RM of 23 May 2007 with the additions of later practice. Zero is
 * reported too. The order is that of the printed report.
 */
export const NOTIFIABLE_DISEASES: readonly NotifiableDisease[] = [
  { number: 1, key: 'malaria', fr: 'Paludisme', icd10: ['B50', 'B51', 'B52', 'B53', 'B54'], isImmediate: false },
  { number: 2, key: 'malaria-severe', fr: 'Paludisme grave', icd10: ['B50.0', 'B50.8'], isImmediate: false },
  { number: 3, key: 'meningitis', fr: 'Méningite', icd10: ['A39', 'G00', 'G03'], isImmediate: true },
  { number: 4, key: 'measles', fr: 'Rougeole', icd10: ['B05'], isImmediate: true },
  { number: 5, key: 'yellow-fever', fr: 'Fièvre jaune', icd10: ['A95'], isImmediate: true },
  {
    number: 6,
    key: 'acute-flaccid-paralysis',
    fr: 'Paralysie flasque aiguë',
    icd10: ['A80', 'G82.0'],
    isImmediate: true,
  },
  { number: 7, key: 'cholera', fr: 'Choléra', icd10: ['A00'], isImmediate: true },
  { number: 8, key: 'bloody-diarrhoea', fr: 'Diarrhée sanglante', icd10: ['A03', 'A06.0'], isImmediate: false },
  { number: 9, key: 'diphtheria', fr: 'Diphtérie', icd10: ['A36'], isImmediate: true },
  { number: 10, key: 'pertussis', fr: 'Coqueluche', icd10: ['A37'], isImmediate: true },
  { number: 11, key: 'neonatal-tetanus', fr: 'Tétanos néonatal', icd10: ['A33'], isImmediate: true },
  { number: 12, key: 'tetanus', fr: 'Tétanos', icd10: ['A34', 'A35'], isImmediate: true },
  {
    number: 13,
    key: 'viral-haemorrhagic-fever',
    fr: 'Fièvre hémorragique virale',
    icd10: ['A96', 'A98', 'A99'],
    isImmediate: true,
  },
  { number: 14, key: 'dengue', fr: 'Dengue', icd10: ['A90', 'A91', 'A97'], isImmediate: false },
  { number: 15, key: 'avian-influenza', fr: 'Grippe aviaire', icd10: ['J09'], isImmediate: true },
  { number: 16, key: 'covid-19', fr: 'Covid-19', icd10: ['U07'], isImmediate: false },
  { number: 17, key: 'mpox', fr: 'Variole simienne (mpox)', icd10: ['B04'], isImmediate: true },
  { number: 18, key: 'rabies', fr: 'Rage', icd10: ['A82'], isImmediate: true },
  { number: 19, key: 'anthrax', fr: 'Charbon', icd10: ['A22'], isImmediate: true },
  { number: 20, key: 'dracunculiasis', fr: 'Dracunculose', icd10: ['B72'], isImmediate: true },
  { number: 21, key: 'typhoid', fr: 'Fièvre typhoïde', icd10: ['A01'], isImmediate: false },
  { number: 22, key: 'maternal-death', fr: 'Décès maternel', icd10: ['O95', 'O96', 'O97'], isImmediate: true },
];

/** The keys of the diseases that an ICD-10 code counts for; a foreign code (`system|code`) counts for none. */
export function diseasesOf(icd10: string): readonly string[] {
  if (icd10.includes('|')) return [];
  return NOTIFIABLE_DISEASES.filter((disease) => disease.icd10.some((prefix) => icd10.startsWith(prefix))).map(
    ({ key }) => key,
  );
}
