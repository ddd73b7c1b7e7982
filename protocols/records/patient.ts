import { field, RECEPTION, recordType } from './record-type.ts';

/** A person cared for (FHIR R4 Patient). */
export const patient = recordType({
  number: 1,
  name: 'patient',
  plural: 'patients',
  fhirType: 'Patient',
  version: 2,
  label: ['Patient', 'Patient'],
  fields: {
    familyName: field(1, 'name', {
      authorised: RECEPTION,
      identifies: true,
      required: true,
      label: ['Nom', 'Family name'],
      fhir: 'name[0].family | name[0].text!',
    }),
    givenName: field(2, 'name', {
      authorised: RECEPTION,
      identifies: true,
      required: true,
      label: ['Prénom', 'Given name'],
      fhir: 'name[0].given[0]',
    }),
    sex: field(3, 'code', {
      authorised: RECEPTION,
      label: ['Sexe', 'Sex'],
      system: 'http://hl7.org/fhir/administrative-gender',
      values: ['female', 'male', 'other', 'unknown'],
      fhir: 'gender',
    }),
    birthDate: field(4, 'date', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Date de naissance', 'Birth date'],
      fhir: 'birthDate',
    }),
    phone: field(5, 'phone', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Téléphone', 'Phone'],
      fhir: 'telecom[system=phone].value',
    }),
    village: field(6, 'text', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Village ou quartier', 'Village'],
      fhir: 'address[0].city',
    }),
    /** Loi 06-040: 14 digits and a letter. */
    nina: field(7, 'text', {
      authorised: RECEPTION,
      identifies: true,
      label: ['NINA', 'National number (NINA)'],
      fhir: 'identifier[system=https://santehaggui.org/nina].value',
    }),
    number: field(8, 'text', {
      authorised: RECEPTION,
      identifies: true,
      merge: 'once',
      label: ['Numéro du carnet', 'Printed number'],
      fhir: 'identifier[system=https://santehaggui.org/patient-number].value',
    }),
    language: field(9, 'code', {
      authorised: RECEPTION,
      label: ['Langue', 'Language'],
      system: 'urn:ietf:bcp:47',
      fhir: 'communication[0].language.coding[own].code',
    }),
    guardianName: field(10, 'name', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Parent ou tuteur', 'Guardian'],
      fhir: 'contact[0].name.text',
    }),
    deceasedAt: field(11, 'instant', {
      authorised: RECEPTION,
      label: ['Décès', 'Deceased at'],
      fhir: 'deceasedDateTime',
    }),
    /** Of a duplicate: the record of the same person that goes on; taken back by retracting it. */
    replacedBy: field(12, 'ref', {
      authorised: RECEPTION,
      to: 'patient',
      label: ['Remplacé par', 'Replaced by'],
      fhir: 'link[type=replaced-by].other.reference',
    }),
  },
});
