import { CLINICIANS, field, recordType } from './record-type.ts';

/** One dose of a vaccine (FHIR R4 Immunization); CVX unless the code names another system. */
export const immunization = recordType({
  number: 9,
  name: 'immunization',
  plural: 'immunizations',
  fhirType: 'Immunization',
  version: 1,
  label: ['Vaccination', 'Immunization'],
  fields: {
    patient: field(1, 'ref', {
      authorised: CLINICIANS,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'patient.reference',
    }),
    encounter: field(2, 'ref', {
      authorised: CLINICIANS,
      to: 'encounter',
      label: ['Consultation', 'Encounter'],
      fhir: 'encounter.reference',
    }),
    vaccine: field(3, 'code', {
      authorised: CLINICIANS,
      required: true,
      label: ['Vaccin', 'Vaccine'],
      system: 'http://hl7.org/fhir/sid/cvx',
      fhir: 'vaccineCode.coding[own].code',
    }),
    status: field(4, 'code', {
      authorised: CLINICIANS,
      label: ['État', 'Status'],
      system: 'http://hl7.org/fhir/event-status',
      values: ['completed', 'entered-in-error', 'not-done'],
      fhir: 'status',
    }),
    occurrence: field(5, 'instant', {
      authorised: CLINICIANS,
      label: ['Date', 'Occurrence'],
      fhir: 'occurrenceDateTime',
    }),
    dose: field(6, 'integer', {
      authorised: CLINICIANS,
      min: 0,
      max: 20,
      label: ['Dose', 'Dose number'],
      fhir: 'protocolApplied[0].doseNumberPositiveInt',
    }),
    lot: field(7, 'text', { authorised: CLINICIANS, label: ['Lot', 'Lot number'], fhir: 'lotNumber' }),
    site: field(8, 'code', {
      authorised: CLINICIANS,
      label: ['Point d’injection', 'Site'],
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActSite',
      fhir: 'site.coding[own].code',
    }),
  },
});
