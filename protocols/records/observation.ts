import { EXAMINERS, field, recordType } from './record-type.ts';

const LOINC = 'http://loinc.org';
const component = (code: string): string =>
  `component[code.coding[0].system=${LOINC}&code.coding[0].code=${code}].valueQuantity.value`;

/** A measure, a test result or, with category `procedure`, an act (FHIR R4 Observation; Procedure at the border). */
export const observation = recordType({
  number: 5,
  name: 'observation',
  plural: 'observations',
  fhirType: 'Observation',
  version: 1,
  label: ['Mesure ou examen', 'Observation'],
  fields: {
    patient: field(1, 'ref', {
      authorised: EXAMINERS,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'subject.reference',
    }),
    encounter: field(2, 'ref', {
      authorised: EXAMINERS,
      to: 'encounter',
      label: ['Consultation', 'Encounter'],
      fhir: 'encounter.reference',
    }),
    category: field(3, 'code', {
      authorised: EXAMINERS,
      label: ['Catégorie', 'Category'],
      system: 'http://terminology.hl7.org/CodeSystem/observation-category',
      fhir: 'category[0].coding[own].code',
    }),
    code: field(4, 'code', {
      authorised: EXAMINERS,
      required: true,
      label: ['Examen', 'Code'],
      system: LOINC,
      fhir: 'code.coding[own].code',
    }),
    status: field(5, 'code', {
      authorised: EXAMINERS,
      label: ['État', 'Status'],
      system: 'http://hl7.org/fhir/observation-status',
      values: [
        'registered',
        'preliminary',
        'final',
        'amended',
        'corrected',
        'cancelled',
        'entered-in-error',
        'unknown',
      ],
      fhir: 'status',
    }),
    effective: field(6, 'instant', {
      authorised: EXAMINERS,
      label: ['Date', 'Effective'],
      fhir: 'effectiveDateTime | effectivePeriod.start | effectiveInstant',
    }),
    value: field(7, 'decimal', {
      authorised: EXAMINERS,
      label: ['Valeur', 'Value'],
      fhir: 'valueQuantity.value | valueInteger!',
    }),
    unit: field(8, 'code', {
      authorised: EXAMINERS,
      label: ['Unité', 'Unit'],
      system: 'http://unitsofmeasure.org',
      fhir: 'valueQuantity.code | valueQuantity.unit!',
    }),
    valueCode: field(9, 'code', {
      authorised: EXAMINERS,
      label: ['Résultat', 'Coded value'],
      system: 'http://snomed.info/sct',
      fhir: 'valueCodeableConcept.coding[own].code',
    }),
    valueText: field(10, 'text', {
      authorised: EXAMINERS,
      label: ['Résultat écrit', 'Text value'],
      fhir: 'valueString | valueCodeableConcept.text | valueDateTime!',
    }),
    systolic: field(11, 'decimal', {
      authorised: EXAMINERS,
      label: ['Tension systolique', 'Systolic pressure'],
      unit: 'mm[Hg]',
      fhir: component('8480-6'),
    }),
    diastolic: field(12, 'decimal', {
      authorised: EXAMINERS,
      label: ['Tension diastolique', 'Diastolic pressure'],
      unit: 'mm[Hg]',
      fhir: component('8462-4'),
    }),
  },
});
