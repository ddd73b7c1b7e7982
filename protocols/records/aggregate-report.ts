import { field, type Role, recordType } from './record-type.ts';

/** Who answers for a facility's counts: whoever runs it, and the node that counted. */
const REPORTERS = ['head', 'district-officer', 'system'] as const satisfies readonly Role[];

/**
 * What a facility reports of one epidemiological week (FHIR R4 MeasureReport): the cases and deaths of each notifiable
 * disease by age band. A facility has one of each week; counts that were wrong are patched. All cells are one text, in the
 * form of `protocols/surveillance/report-counts.ts`: eighty fields would not go into an SMS, nor would the 16 bytes that
 * name the facility, so the hub, who knows whose node wrote it, writes that when the report arrives.
 */
export const aggregateReport = recordType({
  number: 11,
  name: 'aggregateReport',
  plural: 'aggregate-reports',
  fhirType: 'MeasureReport',
  version: 1,
  label: ['Rapport hebdomadaire', 'Weekly report'],
  fields: {
    week: field(1, 'text', {
      authorised: REPORTERS,
      merge: 'once',
      required: true,
      label: ['Semaine', 'Week'],
    }),
    facility: field(2, 'ref', {
      authorised: ['system'],
      to: 'facility',
      merge: 'once',
      label: ['Établissement', 'Facility'],
      fhir: 'reporter.reference',
    }),
    encounters: field(3, 'integer', {
      authorised: REPORTERS,
      min: 0,
      max: 1_000_000,
      label: ['Consultations', 'Encounters'],
    }),
    counts: field(4, 'text', {
      authorised: REPORTERS,
      required: true,
      label: ['Cas et décès, par maladie et par âge', 'Cases and deaths by disease and age'],
    }),
  },
});
