import { type FieldDeclaration, type FieldValue, ROLES, type Role } from './record-type.ts';

/** How a value is told to people. */
export type WordsOptions = {
  readonly language: 'fr' | 'en';
  /** UCUM unit of a decimal whose own declaration has none: an observation's. */
  readonly unit?: string | undefined;
  /** What people call a record, where it is known here. */
  readonly nameOf?: (recordId: string) => string | undefined;
};

type Words = readonly [fr: string, en: string];

const ROLE_WORDS: Readonly<Record<Role, Words>> = {
  registrar: ['accueil', 'reception'],
  'community-worker': ['agent de santé communautaire', 'community health worker'],
  nurse: ['infirmier', 'nurse'],
  midwife: ['sage-femme', 'midwife'],
  physician: ['médecin', 'physician'],
  head: ['chef de poste', 'head of facility'],
  pharmacist: ['pharmacien', 'pharmacist'],
  cashier: ['caisse', 'cashier'],
  laboratory: ['laboratoire', 'laboratory'],
  'it-officer': ['informatique', 'IT officer'],
  'district-officer': ['district sanitaire', 'district officer'],
  auditor: ['auditeur', 'auditor'],
  system: ['le système', 'the system'],
};

/** The words of the closed lists of the catalogue; a code means the same in all of them. */
const CODE_WORDS: Readonly<Record<string, Words>> = {
  permit: ['accord', 'permit'],
  deny: ['refus', 'deny'],
  MTH: ['mère', 'mother'],
  FTH: ['père', 'father'],
  GRPRN: ['grand-parent', 'grandparent'],
  GUARD: ['tuteur légal', 'legal guardian'],
  female: ['féminin', 'female'],
  male: ['masculin', 'male'],
  other: ['autre', 'other'],
  unknown: ['inconnu', 'unknown'],
  cscom: ['CSCOM', 'community health centre'],
  csref: ['CSRéf', 'referral health centre'],
  hospital: ['hôpital', 'hospital'],
  practice: ['cabinet', 'practice'],
  AMB: ['consultation externe', 'outpatient'],
  EMER: ['urgence', 'emergency'],
  IMP: ['hospitalisation', 'inpatient'],
  FLD: ['stratégie avancée', 'outreach'],
  HH: ['à domicile', 'home visit'],
  VR: ['à distance', 'remote'],
  planned: ['prévu', 'planned'],
  arrived: ['arrivé', 'arrived'],
  triaged: ['trié', 'triaged'],
  'in-progress': ['en cours', 'in progress'],
  onleave: ['interrompu', 'on leave'],
  finished: ['terminé', 'finished'],
  cancelled: ['annulé', 'cancelled'],
  'entered-in-error': ['saisi par erreur', 'entered in error'],
  village: ['du village', 'of the village'],
  area: ['de l’aire de santé', 'of the health area'],
  outside: ['hors de l’aire', 'from outside'],
  home: ['retour à domicile', 'went home'],
  referred: ['référé', 'referred'],
  admitted: ['hospitalisé', 'admitted'],
  died: ['décédé', 'died'],
  left: ['parti sans avis', 'left against advice'],
  registered: ['demandé', 'registered'],
  preliminary: ['provisoire', 'preliminary'],
  final: ['définitif', 'final'],
  amended: ['modifié', 'amended'],
  corrected: ['corrigé', 'corrected'],
  active: ['en cours', 'active'],
  recurrence: ['récidive', 'recurrence'],
  relapse: ['rechute', 'relapse'],
  inactive: ['inactif', 'inactive'],
  remission: ['rémission', 'remission'],
  resolved: ['résolu', 'resolved'],
  unconfirmed: ['non confirmé', 'unconfirmed'],
  provisional: ['présumé', 'provisional'],
  differential: ['différentiel', 'differential'],
  confirmed: ['confirmé', 'confirmed'],
  refuted: ['écarté', 'refuted'],
  low: ['faible', 'low'],
  high: ['élevé', 'high'],
  'unable-to-assess': ['impossible à évaluer', 'unable to assess'],
  'on-hold': ['suspendu', 'on hold'],
  completed: ['fait', 'completed'],
  stopped: ['arrêté', 'stopped'],
  draft: ['brouillon', 'draft'],
  proposal: ['proposition', 'proposal'],
  plan: ['projet', 'plan'],
  order: ['prescription', 'order'],
  'original-order': ['prescription initiale', 'original order'],
  'reflex-order': ['prescription induite', 'reflex order'],
  'filler-order': ['prescription du réalisateur', 'filler order'],
  'instance-order': ['prescription d’une prise', 'instance order'],
  option: ['option', 'option'],
  'not-done': ['non fait', 'not done'],
  reference: ['référence', 'referral'],
  evacuation: ['évacuation', 'evacuation'],
  created: ['créé', 'created'],
  notified: ['annoncé', 'notified'],
  departed: ['parti', 'departed'],
  'in-care': ['pris en charge', 'in care'],
  closed: ['clos', 'closed'],
  'not-arrived': ['non arrivé', 'not arrived'],
  withdrawn: ['retiré', 'withdrawn'],
  Encounter: ['consultations', 'encounters'],
  Observation: ['constantes et examens', 'observations'],
  Condition: ['diagnostics', 'conditions'],
  AllergyIntolerance: ['allergies', 'allergies'],
  MedicationRequest: ['ordonnances', 'prescriptions'],
  Immunization: ['vaccinations', 'vaccinations'],
  DocumentReference: ['documents joints', 'attachments'],
  TREAT: ['soins', 'treatment'],
  ETREAT: ['soins urgents', 'emergency treatment'],
  HPAYMT: ['prise en charge des frais', 'payment'],
  HRESCH: ['recherche', 'research'],
  PUBHLTH: ['santé publique', 'public health'],
  signed: ['par signature', 'signed'],
  thumbprint: ['par empreinte', 'thumbprint'],
  'spoken-before-witness': ['de vive voix devant témoin', 'spoken before a witness'],
  spoken: ['de vive voix', 'spoken'],
  'sms-code': ['par code reçu par SMS', 'by SMS code'],
  warning: ['seuil d’alerte', 'alert threshold'],
  epidemic: ['seuil épidémique', 'epidemic threshold'],
  lifted: ['levée', 'lifted'],
  alert: ['conscient', 'alert'],
  voice: ['répond à la voix', 'responds to voice'],
  pain: ['répond à la douleur', 'responds to pain'],
  unresponsive: ['ne répond pas', 'unresponsive'],
  ambulance: ['ambulance', 'ambulance'],
  motorbike: ['moto', 'motorbike'],
  car: ['voiture', 'car'],
  cart: ['charrette', 'cart'],
  boat: ['pirogue', 'boat'],
  foot: ['à pied', 'on foot'],
  photo: ['photographie', 'photograph'],
  imaging: ['imagerie', 'imaging'],
  'laboratory-report': ['résultat de laboratoire', 'laboratory report'],
  letter: ['courrier', 'letter'],
  prescription: ['ordonnance', 'prescription'],
  identity: ['pièce d’identité', 'identity document'],
  current: ['valable', 'current'],
  superseded: ['remplacé', 'superseded'],
  recovered: ['guéri', 'recovered'],
  improved: ['amélioré', 'improved'],
  transferred: ['transféré', 'transferred'],
  'danger-of-life': ['danger immédiat pour la vie', 'immediate danger to life'],
  'cannot-answer': ['la personne ne peut pas répondre', 'the person cannot answer'],
  'no-papers': ['arrive sans carnet ni dossier', 'comes without papers or record'],
  'carer-absent': ['le soignant habituel n’est pas joignable', 'the usual carer cannot be reached'],
  justified: ['justifié', 'justified'],
  unjustified: ['non justifié', 'not justified'],
};

/** SNOMED CT findings that tests and severities are written with. */
const FINDING_WORDS: Readonly<Record<string, Words>> = {
  '10828004': ['positif', 'positive'],
  '260385009': ['négatif', 'negative'],
  '255604002': ['léger', 'mild'],
  '6736007': ['modéré', 'moderate'],
  '24484000': ['grave', 'severe'],
};

/** LOINC codes of what is measured every day. */
const EXAM_WORDS: Readonly<Record<string, Words>> = {
  '8310-5': ['Température', 'Temperature'],
  '29463-7': ['Poids', 'Weight'],
  '8302-2': ['Taille', 'Height'],
  '8867-4': ['Pouls', 'Pulse'],
  '9279-1': ['Fréquence respiratoire', 'Respiratory rate'],
  '85354-9': ['Tension artérielle', 'Blood pressure'],
  '59408-5': ['Saturation en oxygène', 'Oxygen saturation'],
  '70569-9': ['TDR du paludisme', 'Malaria rapid test'],
  '32700-7': ['Goutte épaisse', 'Malaria smear'],
  '718-7': ['Hémoglobine', 'Haemoglobin'],
  '41653-7': ['Glycémie', 'Glucose'],
  '20454-5': ['Protéines dans l’urine', 'Protein in urine'],
  '5802-4': ['Nitrites dans l’urine', 'Nitrite in urine'],
  '14682-9': ['Créatinine', 'Creatinine'],
};

/** UCUM units as they are written on paper. */
const UNIT_WORDS: Readonly<Record<string, Words>> = {
  Cel: ['°C', '°C'],
  'mm[Hg]': ['mmHg', 'mmHg'],
  wk: ['semaines', 'weeks'],
  d: ['jours', 'days'],
  XOF: ['F CFA', 'CFA francs'],
  By: ['octets', 'bytes'],
  'umol/L': ['µmol/L', 'µmol/L'],
};

// Looked up as maps: `constructor` is a code like any other.
const UNITS: ReadonlyMap<string, Words> = new Map(Object.entries(UNIT_WORDS));
const WORDS: ReadonlyMap<string, Words> = new Map([
  ...Object.entries(CODE_WORDS),
  ...Object.entries(FINDING_WORDS),
  ...Object.entries(EXAM_WORDS),
  ...UNITS,
]);

// A space that no line breaks at.
const SPACE = '\u00a0';

/** A role as people call it; of a role that a newer catalogue knows, its name. */
export function roleWords(role: string, language: WordsOptions['language']): string {
  return isRole(role) ? inLanguage(ROLE_WORDS[role], language) : role;
}

/** A stored value as people write it on paper: `38,5 °C`, `vers 1987`, `guéri`. Codes without a word stay codes. */
export function valueWords(
  declaration: FieldDeclaration | undefined,
  value: FieldValue,
  { language, unit, nameOf }: WordsOptions,
): string {
  switch (declaration?.kind) {
    case 'decimal':
    case 'integer':
      return withUnit(numberWords(String(value), language), declaration.unit ?? unit, language);
    case 'instant': {
      const { date, time } = instantWords(Number(value), language);
      return language === 'fr' ? `le ${date} à ${time}` : `${date} at ${time}`;
    }
    case 'date':
      return dateWords(String(value), language);
    case 'boolean':
      return inLanguage(value === true ? ['oui', 'yes'] : ['non', 'no'], language);
    case 'ref':
      return nameOf?.(String(value)) ?? String(value);
    case 'code':
      return codeWords(String(value), language);
    case 'phone':
      return String(value).replace(/^\+223(\d\d)(\d\d)(\d\d)(\d\d)$/, ['$1', '$2', '$3', '$4'].join(SPACE));
    default: {
      const text = Array.isArray(value) ? value.join(', ') : String(value);
      return language === 'fr' ? `«${SPACE}${text}${SPACE}»` : `“${text}”`;
    }
  }
}

/** The words of a code of any system; the code itself where there are none. */
export function codeWords(code: string, language: WordsOptions['language']): string {
  const words = WORDS.get(code);
  return words === undefined ? code : inLanguage(words, language);
}

/** The day and the time of an instant in Mali, which is UTC all year. */
export function instantWords(
  ms: number,
  language: WordsOptions['language'],
): { readonly date: string; readonly time: string } {
  const text = new Date(ms).toISOString();
  const [hour = '', minute = ''] = text.slice(11, 16).split(':');
  return {
    date: dateWords(text.slice(0, 10), language),
    time: language === 'fr' ? `${Number(hour)}${SPACE}h${SPACE}${minute}` : `${hour}:${minute}`,
  };
}

function dateWords(text: string, language: WordsOptions['language']): string {
  const parts = text.replace('~', '').split('-');
  const date = language === 'fr' ? parts.toReversed().join('/') : parts.join('-');
  return text.endsWith('~') ? `${inLanguage(['vers', 'about'], language)} ${date}` : date;
}

function numberWords(text: string, language: WordsOptions['language']): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, language === 'fr' ? SPACE : ',');
  return fraction === undefined ? grouped : `${grouped}${language === 'fr' ? ',' : '.'}${fraction}`;
}

function withUnit(number: string, unit: string | undefined, language: WordsOptions['language']): string {
  if (unit === undefined) return number;
  const words = UNITS.get(unit);
  return `${number}${SPACE}${words === undefined ? unit : inLanguage(words, language)}`;
}

function inLanguage([fr, en]: Words, language: WordsOptions['language']): string {
  return language === 'en' ? en : fr;
}

function isRole(role: string): role is Role {
  return (ROLES as readonly string[]).includes(role);
}
