import { CLINICIANS, field, RECEPTION, recordType } from './record-type.ts';

/** A consultation or a stay (FHIR R4 Encounter). */
export const encounter = recordType({
  number: 4,
  name: 'encounter',
  plural: 'encounters',
  fhirType: 'Encounter',
  version: 1,
  label: ['Consultation', 'Encounter'],
  fields: {
    patient: field(1, 'ref', {
      authorised: RECEPTION,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'subject.reference',
    }),
    start: field(2, 'instant', {
      authorised: RECEPTION,
      required: true,
      label: ['Début', 'Start'],
      fhir: 'period.start',
    }),
    end: field(3, 'instant', { authorised: RECEPTION, label: ['Fin', 'End'], fhir: 'period.end' }),
    class: field(4, 'code', {
      authorised: RECEPTION,
      label: ['Mode', 'Class'],
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      values: ['AMB', 'EMER', 'IMP', 'FLD', 'HH', 'VR'],
      fhir: 'class.code',
    }),
    status: field(5, 'code', {
      authorised: RECEPTION,
      label: ['État', 'Status'],
      system: 'http://hl7.org/fhir/encounter-status',
      values: [
        'planned',
        'arrived',
        'triaged',
        'in-progress',
        'onleave',
        'finished',
        'cancelled',
        'entered-in-error',
        'unknown',
      ],
      fhir: 'status',
    }),
    reason: field(6, 'text', {
      authorised: CLINICIANS,
      label: ['Motif', 'Reason'],
      fhir: 'reasonCode[0].text | reasonCode[0].coding[0].display!',
    }),
    practitioner: field(7, 'ref', {
      authorised: RECEPTION,
      to: 'practitioner',
      label: ['Agent', 'Practitioner'],
      fhir: 'participant[0].individual.reference',
    }),
    residence: field(8, 'code', {
      authorised: RECEPTION,
      label: ['Résidence', 'Residence'],
      system: 'https://santehaggui.org/codes/residence',
      values: ['village', 'area', 'outside'],
    }),
    outcome: field(9, 'code', {
      authorised: CLINICIANS,
      label: ['Issue', 'Outcome'],
      system: 'http://terminology.hl7.org/CodeSystem/discharge-disposition',
      values: ['home', 'referred', 'admitted', 'died', 'left'],
      fhir: 'hospitalization.dischargeDisposition.coding[own].code',
    }),
    note: field(10, 'text', { authorised: CLINICIANS, label: ['Observations', 'Note'] }),
  },
});
