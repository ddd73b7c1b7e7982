import { CLINICIANS, field, MANAGERS, recordType } from './record-type.ts';

/** Who may open a record in an emergency: whoever treats, and whoever hands out or examines for them. Nobody else, whatever rules say. */
export const EMERGENCY_ROLES = [...CLINICIANS, 'pharmacist', 'laboratory'] as const;

/** Why a record is opened in an emergency. */
export const EMERGENCY_REASONS = ['danger-of-life', 'cannot-answer', 'no-papers', 'carer-absent', 'other'] as const;

/** No record stays open longer, in hours: what a facility may set at most, and what the hub believes of any node. */
export const MOST_HOURS = 72;

/**
 * So many of one facility in 24 hours that ask others are answered by themselves. An emergency ward may ask that often; a node that was
 * taken over does not get the registers of the country.
 */
export const MOST_A_DAY = 20;

/** What came of looking at it afterwards. */
export const EMERGENCY_REVIEWS = ['justified', 'unjustified'] as const;

/**
 * That somebody opened a patient's record in an emergency (docs/protocol.md, 14): who, why, until when, and what a reviewer said of it.
 * It is the grant itself: the layer of rights looks for one that is open. `asksOthers` asks the hub for what other facilities hold;
 * `patientNumber`, from the carnet, names a patient who is not here. `facility` is where it was opened: its nodes alone write it.
 */
export const emergencyAccess = recordType({
  number: 16,
  name: 'emergencyAccess',
  plural: 'emergency-accesses',
  fhirType: 'Basic',
  version: 2,
  label: ['Accès d’urgence', 'Emergency access'],
  fields: {
    patient: field(1, 'ref', {
      authorised: EMERGENCY_ROLES,
      to: 'patient',
      merge: 'once',
      label: ['Patient', 'Patient'],
    }),
    practitioner: field(2, 'ref', {
      authorised: EMERGENCY_ROLES,
      to: 'practitioner',
      merge: 'once',
      required: true,
      label: ['Ouvert par', 'Opened by'],
    }),
    reason: field(3, 'code', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      required: true,
      label: ['Motif', 'Reason'],
      system: 'https://santehaggui.org/codes/emergency-reason',
      values: EMERGENCY_REASONS,
    }),
    text: field(4, 'text', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      required: true,
      identifies: true,
      label: ['Précisions', 'Details'],
    }),
    from: field(5, 'instant', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      required: true,
      label: ['Ouvert le', 'Opened at'],
    }),
    until: field(6, 'instant', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      required: true,
      label: ['Jusqu’à', 'Until'],
    }),
    endedAt: field(7, 'instant', { authorised: EMERGENCY_ROLES, label: ['Refermé le', 'Closed at'] }),
    asksOthers: field(8, 'boolean', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      label: ['Demande ce que d’autres centres tiennent', 'Asks for what other facilities hold'],
    }),
    patientNumber: field(9, 'text', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      identifies: true,
      label: ['Numéro du carnet', 'Number of the carnet'],
    }),
    reviewBy: field(10, 'instant', {
      authorised: EMERGENCY_ROLES,
      merge: 'once',
      required: true,
      label: ['À examiner avant le', 'To be reviewed by'],
    }),
    review: field(11, 'code', {
      authorised: MANAGERS,
      label: ['Examen', 'Review'],
      system: 'https://santehaggui.org/codes/emergency-review',
      values: EMERGENCY_REVIEWS,
    }),
    reviewRemark: field(12, 'text', {
      authorised: MANAGERS,
      identifies: true,
      label: ['Remarque de l’examen', 'Remark of the review'],
    }),
    reviewedBy: field(13, 'ref', { authorised: MANAGERS, to: 'practitioner', label: ['Examiné par', 'Reviewed by'] }),
    reviewedAt: field(14, 'instant', { authorised: MANAGERS, label: ['Examiné le', 'Reviewed at'] }),
    facility: field(15, 'ref', {
      authorised: EMERGENCY_ROLES,
      to: 'facility',
      merge: 'once',
      label: ['Établissement', 'Facility'],
    }),
  },
});
