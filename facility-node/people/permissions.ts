import type { Role } from '@santehaggui/protocols/records/record-type.ts';

/** What a role may do with a subject. */
export type Action = 'read' | 'create' | 'update' | 'export' | 'import';

/**
 * What is acted on: a record type of the catalogue, `device` (the tablets and phones that staff work on), `conflict` (those in records whose type the role may act on, too),
 * `records` (all of them, in bulk), `report` (counts without names), `audit` (who did what, to whose record).
 * An allowed subject that no route asks for does no harm; a route whose subject no role has is closed to all.
 */
export type Subject =
  | 'patient'
  | 'practitioner'
  | 'facility'
  | 'encounter'
  | 'observation'
  | 'condition'
  | 'allergyIntolerance'
  | 'medicationRequest'
  | 'immunization'
  | 'referral'
  | 'conflict'
  | 'aggregateReport'
  | 'consent'
  | 'alert'
  | 'records'
  | 'report'
  | 'device'
  | 'audit';

/** One right. */
export type Permission = { readonly action: Action; readonly subject: Subject };

/** What a route asks of its caller: nothing, a live session, or a right. */
export type NodePolicy =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'signed-in' }
  | ({ readonly kind: 'may' } & Permission);

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
  conflict: DECIDE,
  consent: WRITE,
  report: READ,
  aggregateReport: READ,
  alert: READ,
} as const satisfies Rights;

/**
 * The rights of each role. Who may write a field at all is here; whose write prevails is the catalogue's `authorised`.
 * Roles without clinical work see no diagnosis: an encounter and a condition are read by those who care, a laboratory
 * reads what it examines for, a pharmacist what is prescribed.
 */
const RIGHTS: Readonly<Record<Role, Rights>> = {
  registrar: { ...DIRECTORY, patient: WRITE, allergyIntolerance: ['read', 'create'], consent: WRITE, conflict: DECIDE },
  'community-worker': {
    ...DIRECTORY,
    patient: WRITE,
    observation: ['read', 'create'],
    allergyIntolerance: READ,
    consent: ['read', 'update'],
    alert: READ,
  },
  nurse: CARE,
  midwife: CARE,
  physician: CARE,
  head: { ...CARE, records: ['export', 'import'], device: WRITE, audit: ['read', 'export'] },
  pharmacist: { ...DIRECTORY, patient: READ, medicationRequest: ['read', 'update'], allergyIntolerance: READ },
  cashier: { ...DIRECTORY, patient: READ },
  laboratory: { ...DIRECTORY, patient: READ, encounter: READ, observation: WRITE, alert: READ, conflict: DECIDE },
  'it-officer': { ...DIRECTORY, records: ['import'], device: WRITE },
  'district-officer': { ...DIRECTORY, report: READ, aggregateReport: READ, alert: READ },
  system: {},
};

/** Whether a role has a right. */
export function may(role: Role, action: Action, subject: Subject): boolean {
  return RIGHTS[role][subject]?.includes(action) ?? false;
}

/** All rights of a role, as a client shows or hides by. */
export function permissionsOf(role: Role): readonly Permission[] {
  const rights = Object.entries(RIGHTS[role]) as [Subject, readonly Action[]][];
  return rights.flatMap(([subject, actions]) => actions.map((action) => ({ action, subject })));
}
