import { CLINICIANS, field, recordType } from './record-type.ts';

/** A diagnosis (FHIR R4 Condition), in ICD-10 unless the code names another system. */
export const condition = recordType({
  number: 6,
  name: 'condition',
  plural: 'conditions',
  fhirType: 'Condition',
  version: 1,
  label: ['Diagnostic', 'Condition'],
  fields: {
    patient: field(1, 'ref', {
      authorised: CLINICIANS,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'subject.reference',
    }),
    encounter: field(2, 'ref', {
      authorised: CLINICIANS,
      to: 'encounter',
      label: ['Consultation', 'Encounter'],
      fhir: 'encounter.reference',
    }),
    code: field(3, 'code', {
      authorised: CLINICIANS,
      label: ['Diagnostic (CIM-10)', 'Code'],
      system: 'http://hl7.org/fhir/sid/icd-10',
      fhir: 'code.coding[own].code',
    }),
    text: field(4, 'text', {
      authorised: CLINICIANS,
      label: ['Diagnostic en clair', 'Text'],
      fhir: 'code.text | code.coding[0].display!',
    }),
    clinicalStatus: field(5, 'code', {
      authorised: CLINICIANS,
      label: ['État', 'Clinical status'],
      system: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
      values: ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'],
      fhir: 'clinicalStatus.coding[own].code',
    }),
    verification: field(6, 'code', {
      authorised: CLINICIANS,
      label: ['Certitude', 'Verification status'],
      system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
      values: ['unconfirmed', 'provisional', 'differential', 'confirmed', 'refuted', 'entered-in-error'],
      fhir: 'verificationStatus.coding[own].code',
    }),
    onset: field(7, 'date', {
      authorised: CLINICIANS,
      label: ['Début', 'Onset'],
      fhir: 'onsetDateTime | onsetPeriod.start',
    }),
    recordedAt: field(8, 'instant', { authorised: CLINICIANS, label: ['Noté le', 'Recorded'], fhir: 'recordedDate' }),
    severity: field(9, 'code', {
      authorised: CLINICIANS,
      label: ['Gravité', 'Severity'],
      system: 'http://snomed.info/sct',
      fhir: 'severity.coding[own].code',
    }),
  },
});
