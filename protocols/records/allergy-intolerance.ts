import { CLINICIANS, field, RECEPTION, recordType } from './record-type.ts';

/** An allergy or intolerance (FHIR R4 AllergyIntolerance); it travels with every referral of its patient. */
export const allergyIntolerance = recordType({
  number: 7,
  name: 'allergyIntolerance',
  plural: 'allergy-intolerances',
  fhirType: 'AllergyIntolerance',
  version: 1,
  label: ['Allergie', 'Allergy or intolerance'],
  fields: {
    patient: field(1, 'ref', {
      authorised: RECEPTION,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'patient.reference',
    }),
    code: field(2, 'code', {
      authorised: CLINICIANS,
      label: ['Substance', 'Substance'],
      system: 'http://snomed.info/sct',
      fhir: 'code.coding[own].code',
    }),
    text: field(3, 'text', {
      authorised: CLINICIANS,
      label: ['Substance en clair', 'Substance text'],
      fhir: 'code.text | code.coding[0].display!',
    }),
    criticality: field(4, 'code', {
      authorised: CLINICIANS,
      label: ['Danger', 'Criticality'],
      system: 'http://hl7.org/fhir/allergy-intolerance-criticality',
      values: ['low', 'high', 'unable-to-assess'],
      fhir: 'criticality',
    }),
    clinicalStatus: field(5, 'code', {
      authorised: CLINICIANS,
      label: ['État', 'Clinical status'],
      system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
      values: ['active', 'inactive', 'resolved'],
      fhir: 'clinicalStatus.coding[own].code',
    }),
    verification: field(6, 'code', {
      authorised: CLINICIANS,
      label: ['Certitude', 'Verification status'],
      system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
      values: ['unconfirmed', 'confirmed', 'refuted', 'entered-in-error'],
      fhir: 'verificationStatus.coding[own].code',
    }),
    reactions: field(7, 'set', {
      authorised: CLINICIANS,
      label: ['Réactions', 'Reactions'],
      fhir: 'reaction[*].manifestation[0].text | reaction[*].manifestation[0].coding[0].display!',
    }),
    recordedAt: field(8, 'instant', { authorised: RECEPTION, label: ['Noté le', 'Recorded'], fhir: 'recordedDate' }),
  },
});
