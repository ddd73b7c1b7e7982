import { EMERGENCY_ROLES } from '../records/emergency-access.ts';
import type { Role } from '../records/record-type.ts';
import type { Action, PermissionRule, Subject } from './permission-rule.ts';

type Rights = Partial<Readonly<Record<Subject, readonly Action[]>>>;

const WRITE = ['read', 'create', 'update'] as const;
const READ = ['read'] as const;
const DECIDE = ['read', 'update'] as const;
const DIRECTORY = { practitioner: READ, facility: READ } as const satisfies Rights;

const CARE = {
  ...DIRECTORY,
  patient: WRITE,
  encounter: WRITE,
  observation: WRITE,
  condition: WRITE,
  allergyIntolerance: WRITE,
  medicationRequest: WRITE,
  immunization: WRITE,
  referral: WRITE,
  documentReference: WRITE,
  conflict: DECIDE,
  consent: WRITE,
  report: READ,
  aggregateReport: READ,
  alert: READ,
} as const satisfies Rights;

/** Rules and accounts are the administrators': the head of the facility and its IT officer. */
const ADMINISTRATION = {
  rolePolicy: READ,
  facilityRights: WRITE,
  account: WRITE,
  device: WRITE,
  emergencyAccess: DECIDE,
} as const satisfies Rights;

/**
 * The rights of each role as long as nobody has changed them. Who may write a field at all is here; whose write prevails is the
 * catalogue's `authorised`. Roles without clinical work see no diagnosis: an encounter and a condition are read by those who care, a
 * laboratory reads what it examines for, a pharmacist what is prescribed. An auditor sees who did what and who may, and no patient: what the
 * head of a facility does is not looked at by the head alone.
 */
const PRESETS: Readonly<Record<Role, Rights>> = {
  registrar: { ...DIRECTORY, patient: WRITE, allergyIntolerance: ['read', 'create'], consent: WRITE, conflict: DECIDE },
  'community-worker': {
    ...DIRECTORY,
    patient: WRITE,
    observation: ['read', 'create'],
    allergyIntolerance: READ,
    documentReference: WRITE,
    consent: ['read', 'update'],
    alert: READ,
  },
  nurse: CARE,
  midwife: CARE,
  physician: CARE,
  head: { ...CARE, ...ADMINISTRATION, records: ['export', 'import'], audit: ['read', 'export'] },
  pharmacist: { ...DIRECTORY, patient: READ, medicationRequest: DECIDE, allergyIntolerance: READ },
  cashier: { ...DIRECTORY, patient: READ },
  laboratory: {
    ...DIRECTORY,
    patient: READ,
    encounter: READ,
    observation: WRITE,
    documentReference: WRITE,
    alert: READ,
    conflict: DECIDE,
  },
  'it-officer': { ...DIRECTORY, ...ADMINISTRATION, records: ['import'] },
  'district-officer': { ...DIRECTORY, report: READ, aggregateReport: READ, alert: READ },
  auditor: {
    ...DIRECTORY,
    ...{ audit: ['read', 'export'], emergencyAccess: READ },
    ...{ rolePolicy: READ, facilityRights: READ, account: READ, device: READ },
  },
  system: {},
};

/** Opening a record in an emergency, seeing what became of it, and closing it early. Whose it is to review is another's. */
const OPENING: readonly PermissionRule[] = [
  { action: ['read', 'create'], subject: 'emergencyAccess', conditions: { author: 'self' } },
  { action: 'update', subject: 'emergencyAccess', fields: ['endedAt'], conditions: { author: 'self' } },
];

/** What is read in emergency access by those who otherwise see less of a patient than they then need. */
const IN_EMERGENCY: readonly PermissionRule[] = [
  {
    action: ['read'],
    subject: [
      'encounter',
      'observation',
      'condition',
      'allergyIntolerance',
      'medicationRequest',
      'immunization',
      'referral',
      'documentReference',
    ],
    conditions: { purpose: 'ETREAT' },
  },
];

const OPENED_IN_EMERGENCY: ReadonlySet<Role> = new Set(['pharmacist', 'laboratory']);
const MAY_OPEN: ReadonlySet<Role> = new Set(EMERGENCY_ROLES);

/** What a facility may give a role beyond its preset, where the hub has set no other limit: what small teams share out otherwise. */
const MARGINS: Readonly<Record<Role, Rights>> = {
  registrar: { encounter: READ, referral: READ, alert: READ, report: READ },
  'community-worker': { encounter: READ, immunization: WRITE, referral: WRITE },
  nurse: {},
  midwife: {},
  physician: {},
  head: {},
  pharmacist: { encounter: READ, condition: READ, alert: READ },
  cashier: { encounter: READ },
  laboratory: { condition: READ, medicationRequest: READ, allergyIntolerance: READ },
  'it-officer': {},
  'district-officer': {},
  auditor: {},
  system: {},
};

/** The rules of a role as long as nobody has changed them. */
export function presetRules(role: Role): readonly PermissionRule[] {
  return [
    ...rulesOf(PRESETS[role]),
    ...(MAY_OPEN.has(role) ? OPENING : []),
    ...(OPENED_IN_EMERGENCY.has(role) ? IN_EMERGENCY : []),
  ];
}

/** The most that a facility may give a role, as long as the hub has not said otherwise. */
export function presetCeiling(role: Role): readonly PermissionRule[] {
  return [...presetRules(role), ...rulesOf(MARGINS[role])];
}

function rulesOf(rights: Rights): readonly PermissionRule[] {
  const entries = Object.entries(rights) as [Subject, readonly Action[]][];
  return entries.map(([subject, action]) => ({ action: [...action], subject }));
}
