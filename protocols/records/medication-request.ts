import { CLINICIANS, field, recordType } from './record-type.ts';

/** A prescription of one product (FHIR R4 MedicationRequest); ATC unless the code names another system. */
export const medicationRequest = recordType({
  number: 8,
  name: 'medicationRequest',
  plural: 'medication-requests',
  fhirType: 'MedicationRequest',
  version: 1,
  label: ['Prescription', 'Prescription'],
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
    medication: field(3, 'code', {
      authorised: CLINICIANS,
      label: ['Produit (ATC)', 'Medication'],
      system: 'http://www.whocc.no/atc',
      fhir: 'medicationCodeableConcept.coding[own].code',
    }),
    text: field(4, 'text', {
      authorised: CLINICIANS,
      label: ['Produit en clair', 'Medication text'],
      fhir: 'medicationCodeableConcept.text | medicationCodeableConcept.coding[0].display! | medicationReference.display',
    }),
    dosage: field(5, 'text', {
      authorised: CLINICIANS,
      label: ['Posologie', 'Dosage'],
      fhir: 'dosageInstruction[0].text',
    }),
    status: field(6, 'code', {
      authorised: CLINICIANS,
      label: ['État', 'Status'],
      system: 'http://hl7.org/fhir/CodeSystem/medicationrequest-status',
      values: ['active', 'on-hold', 'cancelled', 'completed', 'entered-in-error', 'stopped', 'draft', 'unknown'],
      fhir: 'status',
    }),
    intent: field(7, 'code', {
      authorised: CLINICIANS,
      label: ['Intention', 'Intent'],
      system: 'http://hl7.org/fhir/CodeSystem/medicationrequest-intent',
      values: [
        'proposal',
        'plan',
        'order',
        'original-order',
        'reflex-order',
        'filler-order',
        'instance-order',
        'option',
      ],
      fhir: 'intent',
    }),
    authoredOn: field(8, 'instant', {
      authorised: CLINICIANS,
      label: ['Prescrit le', 'Authored on'],
      fhir: 'authoredOn',
    }),
    days: field(9, 'integer', {
      authorised: CLINICIANS,
      min: 1,
      max: 366,
      unit: 'd',
      label: ['Durée', 'Days'],
      fhir: 'dispenseRequest.expectedSupplyDuration.value',
    }),
    quantity: field(10, 'decimal', {
      authorised: CLINICIANS,
      min: 0,
      label: ['Quantité', 'Quantity'],
      fhir: 'dispenseRequest.quantity.value',
    }),
  },
});
