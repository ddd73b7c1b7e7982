import { CLINICIANS, field, RECEPTION, recordType } from './record-type.ts';

/** The classes of data that a patient may let another facility have: types of resources, by their FHIR names. */
export const CONSENT_CLASSES = [
  'Encounter',
  'Observation',
  'Condition',
  'AllergyIntolerance',
  'MedicationRequest',
  'Immunization',
] as const;

/** Whoever meets the patient takes a withdrawal down, at home too. */
const ANYBODY = ['community-worker', ...RECEPTION] as const;

/**
 * What a patient lets whom have of their record, and for what (FHIR R4 Consent). Written in the patient's or guardian's
 * presence; a withdrawal is a patch of `status`. Neither a recipient nor the district: nobody is let have anything.
 */
export const consent = recordType({
  number: 12,
  name: 'consent',
  plural: 'consents',
  fhirType: 'Consent',
  version: 1,
  label: ['Consentement', 'Consent'],
  fields: {
    patient: field(1, 'ref', {
      authorised: RECEPTION,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'patient.reference',
    }),
    status: field(2, 'code', {
      authorised: ANYBODY,
      label: ['État', 'Status'],
      system: 'https://santehaggui.org/codes/consent-status',
      values: ['active', 'withdrawn'],
      fhir: 'status',
    }),
    classes: field(3, 'set', {
      authorised: CLINICIANS,
      required: true,
      label: ['Données partagées', 'Classes of data'],
      values: CONSENT_CLASSES,
      fhir: 'provision.class[*].code',
    }),
    purpose: field(4, 'code', {
      authorised: CLINICIANS,
      required: true,
      label: ['But', 'Purpose'],
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
      values: ['TREAT', 'ETREAT', 'HPAYMT', 'HRESCH', 'PUBHLTH'],
      fhir: 'provision.purpose[0].code',
    }),
    recipient: field(5, 'ref', {
      authorised: CLINICIANS,
      to: 'facility',
      label: ['Établissement destinataire', 'Recipient'],
      fhir: 'provision.actor[role.coding[0].code=IRCP].reference.reference',
    }),
    isForDistrict: field(6, 'boolean', {
      authorised: CLINICIANS,
      label: ['Tout le district', 'All of the district'],
    }),
    from: field(7, 'date', {
      authorised: CLINICIANS,
      label: ['À partir du', 'From'],
      fhir: 'provision.period.start',
    }),
    until: field(8, 'date', {
      authorised: CLINICIANS,
      label: ['Jusqu’au', 'Until'],
      fhir: 'provision.period.end',
    }),
    givenAt: field(9, 'instant', { authorised: RECEPTION, label: ['Donné le', 'Given at'], fhir: 'dateTime' }),
    capture: field(10, 'code', {
      authorised: RECEPTION,
      required: true,
      label: ['Recueilli', 'Captured'],
      system: 'https://santehaggui.org/codes/consent-capture',
      values: ['signed', 'thumbprint', 'spoken-before-witness', 'spoken'],
    }),
    guardian: field(11, 'name', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Tuteur ou parent', 'Guardian'],
      fhir: 'performer[0].display',
    }),
    takenBy: field(12, 'ref', {
      authorised: RECEPTION,
      to: 'practitioner',
      label: ['Recueilli par', 'Taken by'],
    }),
    withdrawnAt: field(13, 'instant', { authorised: ANYBODY, label: ['Retiré le', 'Withdrawn at'] }),
  },
});
