import { field, recordType } from './record-type.ts';

/**
 * A threshold that a facility's or a district's counts passed (FHIR R4 Flag). The hub writes it, and its own word stays: a
 * later correction of the counts raises or lifts the level by a patch.
 */
export const alert = recordType({
  number: 13,
  name: 'alert',
  plural: 'alerts',
  fhirType: 'Flag',
  version: 1,
  label: ['Alerte', 'Alert'],
  fields: {
    rule: field(1, 'code', {
      authorised: ['system'],
      merge: 'once',
      required: true,
      label: ['Règle', 'Rule'],
      system: 'https://santehaggui.org/codes/alert-rule',
      fhir: 'code.coding[own].code',
    }),
    facility: field(2, 'ref', {
      authorised: ['system'],
      to: 'facility',
      merge: 'once',
      required: true,
      label: ['Établissement', 'Facility'],
      fhir: 'subject.reference',
    }),
    week: field(3, 'text', { authorised: ['system'], merge: 'once', required: true, label: ['Semaine', 'Week'] }),
    level: field(4, 'code', {
      authorised: ['system'],
      required: true,
      label: ['Niveau', 'Level'],
      system: 'https://santehaggui.org/codes/alert-level',
      values: ['warning', 'epidemic', 'lifted'],
    }),
    text: field(5, 'text', {
      authorised: ['system'],
      required: true,
      label: ['Message', 'Message'],
      fhir: 'code.text',
    }),
    raisedAt: field(6, 'instant', { authorised: ['system'], label: ['Le', 'Raised at'], fhir: 'period.start' }),
  },
});
